// LambdaPlace: one pipeline's adapters on AWS, opened from a function's environment
// (docs/internals/aws.md). Nothing is asked of AWS before it is needed.
#pragma once

#include <memory>
#include <string>

#include "adapters/aws/core/environment_credentials.h"
#include "base/log.h"
#include "base/result.h"
#include "lambda/function.h"

namespace varve::cli {

class LambdaPlace {
 public:
  // kInvalidArgument names the variable and what is accepted. `log` must outlive it.
  static Result<std::unique_ptr<LambdaPlace>> Open(const aws::Environment& environment, Log& log);
  ~LambdaPlace();

  lambda::FunctionContext& context();
  // Writes the metrics of the invocation.
  void Flush();
  // Puts the pipeline's settings into its state, where the operator's commands find them.
  Status Remember();

 private:
  struct Parts;
  explicit LambdaPlace(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace varve::cli
