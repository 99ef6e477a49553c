// RunConfig: the pipelines of varve.toml, or the one that `varve run IN OUT` names.
//
// The [run] table is read with the flags of the command (settings.h); this is about [[pipeline]].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/pipeline_options.h"

namespace varve::cli {

struct ConfiguredPipeline {
  PipelineOptions options;
  PipelineValues values;  // as written, paths made absolute
};

struct RunConfig {
  std::vector<ConfiguredPipeline> pipelines;
  std::string state;  // `state` in [run]; empty: not given
};

// kInvalidArgument is "FILE:LINE:COLUMN: ..." with the key and what is accepted; kNotFound.
// A file without a [[pipeline]] gives none.
Result<RunConfig> LoadRunConfig(const std::string& path);

// The same of a text; errors call it `name`.
Result<RunConfig> ReadRunConfig(const std::string& name, std::string_view text);

// Whether a place of state is a table, "dynamodb://TABLE", rather than a directory.
inline constexpr std::string_view kTableScheme = "dynamodb://";
bool IsTableUrl(std::string_view place);

// The pipeline of `varve run IN OUT` and its flags. kInvalidArgument begins with the flag.
Result<RunConfig> MakeRunConfig(PipelineValues values);

// Where state is kept when nothing is said: in the output, when there is one pipeline.
// kInvalidArgument when there are several.
Result<std::string> DefaultStateDirectory(const RunConfig& config);

}  // namespace varve::cli
