// PipelineOptions: what one pipeline does, and the table of keys that say so.
//
// The same table serves [[pipeline]] in varve.toml, the flags of `varve run IN OUT`, the effective
// configuration that `--check` prints and the reference page. A key's default is the text that
// stands in the table, read by the same function as what people write.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "etl/convert/convert.h"
#include "pipeline/config.h"

namespace varve::cli {

struct PipelineOptions {
  PipelineConfig pipeline;
  std::string input;  // directories, absolute and normal; or s3:// URLs, which end with a slash
  std::string output;
  std::string manifests;              // as these; empty: a directory of the output's own
  std::string queue_url;              // of SQS, for an input in S3; empty: the input is listed
  std::string dead_letter_queue_url;  // behind it
  std::string state_machine_arn;      // of Step Functions; empty: a process of varve's converts
  int64_t scan_every_us = 0;
  std::string alert_webhook;
  std::vector<std::string> alert_command;  // program and arguments
  std::string schema_file;
  ConvertOptions convert;  // partition, compression, mode and the like

  const std::string& name() const { return pipeline.name; }
};

enum class KeyKind { kText, kNumber, kSwitch, kList };

// Whether a place is s3://BUCKET/PREFIX rather than a directory.
bool IsInS3(std::string_view place);

struct PipelineKey {
  std::string_view name;  // "max-wait"; in TOML "max_wait" is the same
  KeyKind kind;
  std::string_view type;       // what is accepted, as help shows it
  std::string_view otherwise;  // the default, as written; of a list, separated by spaces
  std::string_view help;
  bool is_path;    // made absolute
  bool is_secret;  // never printed
  Status (*set)(const std::vector<std::string>& values, PipelineOptions* options);
};

std::span<const PipelineKey> PipelineKeys();
const PipelineKey* FindPipelineKey(std::string_view name);

// What was written for each key.
using PipelineValues = std::map<std::string, std::vector<std::string>, std::less<>>;

// A key's values as one text holds them, such as a variable of the environment: those of a list are
// separated by ';'.
std::vector<std::string> ValuesOfText(std::string_view key, std::string_view text);

// The pipeline that `values` describe, defaults filled in, checked as a whole. kInvalidArgument
// begins with the key, a colon and a space.
Result<PipelineOptions> MakePipeline(const PipelineValues& values);

// How files are converted, of the keys that say so; what is not written stays the engine's default.
// kInvalidArgument begins with the key, a colon and a space.
Result<ConvertOptions> ReadConversion(const PipelineValues& values);

// The [[pipeline]] table that says all of it, defaults included; secrets only as a comment.
std::string PipelineToToml(const PipelineValues& values);

}  // namespace varve::cli
