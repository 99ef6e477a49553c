// Function: what one of varve's Lambda functions does with an event (docs/internals/aws.md).
//
// Each is made of a FunctionContext, which is what a process of any function has; the event and the
// answer are JSON. Not thread-safe: Lambda gives a process one event at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "etl/convert/convert.h"
#include "pipeline/config.h"
#include "pipeline/deps.h"
#include "ports/workflow.h"

namespace varve::lambda {

// How files are converted, as configuration says it: "partition" -> "filename-date".
using ConversionKeys = std::map<std::string, std::string>;

struct FunctionContext {
  const PipelineConfig& config;  // its owner is this process's own
  Deps& deps;
  Workflow& workflow;
  ConversionKeys conversion;
  std::function<Result<ConvertOptions>(const ConversionKeys&)> read_conversion;
  uint64_t glue_above_bytes = 0;                   // a larger batch is Glue's; 0: none is
  std::function<void(const Message&)> on_message;  // of those that Lambda received for the queue
  std::string work_directory;                      // on a disk of its own
};

struct Invocation {
  std::string request_id;
  int64_t deadline_us = 0;  // since the epoch; 0: none
  std::string event;
};

using Function = std::function<Result<std::string>(const Invocation&)>;

Function ManifestBuilderFunction(FunctionContext& context);
Function SweeperFunction(FunctionContext& context);
Function BeginFunction(FunctionContext& context);
Function ConvertFunction(FunctionContext& context);
Function CommitFunction(FunctionContext& context);
Function FailFunction(FunctionContext& context);

}  // namespace varve::lambda
