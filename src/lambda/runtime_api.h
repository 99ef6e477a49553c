// The loop of a custom runtime: takes the next event, hands it to a function, tells how it ended.
// Source: "AWS Lambda runtime API", version 2018-06-01.
#pragma once

#include <string>

#include "base/log.h"
#include "base/result.h"
#include "lambda/function.h"

namespace varve::lambda {

// Serves `api` ("host:port" of AWS_LAMBDA_RUNTIME_API) until it is gone; gives why. An error of the
// function is told as one whose errorType is the name of its code. `after_each` runs before the
// answer is sent: what is not written then may freeze with the process.
Error Serve(const std::string& api, const Function& function,
            const std::function<void()>& after_each, Log& log);

}  // namespace varve::lambda
