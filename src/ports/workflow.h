// Workflow: runs one batch from "claimed" to its end, durably. Step Functions' StartExecution in
// shape: idempotent by name, and it survives the process that started it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace varve {

enum class ExecutionState { kRunning, kSucceeded, kFailed };

struct Execution {
  std::string name;
  std::string input;  // JSON
  ExecutionState state = ExecutionState::kRunning;
  std::string step;      // the step it is in, or ended in
  uint32_t attempt = 0;  // of that step, from 1
  std::string error;     // kFailed
  int64_t started_us = 0;
  int64_t updated_us = 0;

  bool operator==(const Execution&) const = default;
};

class Workflow {
 public:
  virtual ~Workflow() = default;

  // Idempotent: a name that is known already starts nothing; kConflict when its input differs.
  virtual Status Start(std::string_view name, std::string_view input) = 0;
  virtual Result<Execution> Describe(std::string_view name) = 0;  // kNotFound
  virtual Result<std::vector<Execution>> Running(int limit) = 0;
};

}  // namespace varve
