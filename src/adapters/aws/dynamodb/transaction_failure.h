// Why a transaction was cancelled: DynamoDB gives a reason for each of its actions.
#pragma once

#include <string_view>

#include "adapters/aws/core/aws_failure.h"
#include "base/result.h"

namespace varve::aws {

enum class Cancelled {
  kNo,         // it is another failure
  kCondition,  // a condition does not hold
  kBusy,       // another transaction was at work, or too much at once: may pass
  kInvalid,    // a request that can never succeed
};

Cancelled ReadCancellation(const AwsFailure& failure);
// Of kInvalid: with the reasons' own words; kLimit when something is too large.
Error CancellationError(const AwsFailure& failure, std::string_view what);

// Whether a message is about an item or a request beyond DynamoDB's sizes.
bool SaysTooLarge(std::string_view message);

}  // namespace varve::aws
