// The flags that `convert` and `schema infer` share: they fill ConvertOptions.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/progress_bar.h"
#include "cli/s3_places.h"
#include "etl/convert/convert.h"

namespace varve::cli {

struct EngineCommand {
  ConvertOptions options;
  std::vector<std::string> sources;  // as written: files, directories, globs, S3 URLs, "-"
  std::shared_ptr<S3Places> s3;      // null: no S3 URL was named
  std::string schema_file;
  ProgressMode progress = ProgressMode::kAuto;
  bool quiet = false;
};

// A schema document. kInvalidArgument is "FILE:LINE:COLUMN: ..."; kNotFound.
Result<Schema> ReadSchemaFile(const std::string& path);

// Options appear in --help in the order of these calls.
void AddSources(CLI::App& app, EngineCommand* command);
void AddTypingFlags(CLI::App& app, EngineCommand* command);
void AddResourceFlags(CLI::App& app, EngineCommand* command);
void AddLimitFlags(CLI::App& app, EngineCommand* command);
void AddReportingFlags(CLI::App& app, EngineCommand* command);

// An option whose text `parse` (std::string -> Result<T>) turns into a value; given twice, the last
// one counts.
template <typename T, typename Parse>
CLI::Option* AddParsed(CLI::App& app, const std::string& names, T* target, Parse parse) {
  const std::string name = names.substr(names.rfind("--"));
  return app
      .add_option_function<std::string>(names,
                                        [name, target, parse](const std::string& text) {
                                          auto value = parse(text);
                                          if (!value.ok()) {
                                            throw CLI::ValidationError(name, value.error().message);
                                          }
                                          *target = std::move(value).value();
                                        })
      ->take_last();
}

// After parsing: reads --schema, expands the sources and checks what no single flag can check.
// kInvalidArgument is a usage error.
Status FinishEngineCommand(EngineCommand* command, const std::atomic<bool>* cancel);

}  // namespace varve::cli
