// BatchMemory: what the steps of a batch's workflow remember for each other (StepContext::data).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/job_runner.h"

namespace varve {

struct BatchMemory {
  std::string job;                  // the name of the job started; empty: none
  uint32_t job_attempt = 0;         // the attempt of the step that started it
  std::string job_owner;            // the process that did: jobs may not outlive it
  std::optional<JobResult> result;  // of the job, once it succeeded
};

std::string EncodeMemory(const BatchMemory& memory);  // JSON
// An empty text is an empty memory. kCorrupt.
Result<BatchMemory> DecodeMemory(std::string_view text);

// The same of a result alone: result.json of jobs that run elsewhere (docs/internals/aws.md).
std::string EncodeResult(const JobResult& result);
Result<JobResult> DecodeResult(std::string_view text);  // kCorrupt

// The input of a batch's workflow: {"pipeline":"orders","batch":"2025-01-17/batch-0001"}.
// With the owner of its lease where that is not the process itself.
std::string EncodeInput(std::string_view pipeline, std::string_view batch,
                        std::string_view owner = {});
Result<std::string> BatchOfInput(std::string_view input);  // kCorrupt

}  // namespace varve
