// LambdaProcess: one simulated process of a Lambda function, with the program's own functions in it
// (src/lambda); in place of the engine there is that of the simulation. It answers one event after
// the other until it dies.
#pragma once

#include <cstdint>
#include <string>

#include "lambda/function.h"
#include "sim/faulty_ports.h"

namespace varve::sim {

class LambdaProcess {
 public:
  using Policy = std::function<std::optional<Fault>(LambdaProcess& process, std::string_view call)>;
  using Make = lambda::Function (*)(lambda::FunctionContext& context);

  // `make`: null is the function that converts.
  LambdaProcess(World& world, Workflow& workflow, const std::string& owner, Make make,
                Policy policy);

  // Throws Crash. `timeout_us`: when it is killed.
  Result<std::string> Answer(const std::string& event, int64_t timeout_us);

  const std::string& owner() const { return config_.owner; }
  int64_t deadline() const { return deadline_us_; }  // true time

 private:
  lambda::FunctionContext MakeContext();
  Result<std::string> Convert(const std::string& event);

  World& world_;
  PipelineConfig config_;
  FaultyPorts ports_;
  FaultyWorkflow workflow_;
  Deps deps_;
  lambda::FunctionContext context_;
  lambda::Function function_;
  int64_t deadline_us_ = 0;
};

}  // namespace varve::sim
