#include "adapters/aws/dynamodb/transaction_failure.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "adapters/aws/core/json_service.h"

namespace varve::aws {
namespace {

using nlohmann::json;

struct Reason {
  std::string code;
  std::string message;
};

// Of the actions that had one.
std::vector<Reason> Reasons(const AwsFailure& failure) {
  std::vector<Reason> reasons;
  const json body = json::parse(failure.body, nullptr, false);
  if (!body.is_object() || !body.contains("CancellationReasons")) return reasons;
  for (const json& one : body["CancellationReasons"]) {
    if (!one.is_object()) continue;
    const std::string code = TextOf(one, "Code");
    if (code.empty() || code == "None") continue;
    reasons.push_back({code, TextOf(one, one.contains("Message") ? "Message" : "message")});
  }
  return reasons;
}

bool MayPass(const Reason& reason) {
  return reason.code == "TransactionConflict" || reason.code == "ThrottlingError" ||
         reason.code == "ProvisionedThroughputExceeded";
}

}  // namespace

Cancelled ReadCancellation(const AwsFailure& failure) {
  if (failure.code != "TransactionCanceledException") return Cancelled::kNo;
  bool condition = false;
  bool busy = false;
  for (const Reason& reason : Reasons(failure)) {
    condition = condition || reason.code == "ConditionalCheckFailed";
    busy = busy || MayPass(reason);
    // Found first in importance: it will fail again, whatever else is wrong.
    if (reason.code != "ConditionalCheckFailed" && !MayPass(reason)) return Cancelled::kInvalid;
  }
  if (condition) return Cancelled::kCondition;
  return busy ? Cancelled::kBusy : Cancelled::kInvalid;
}

Error CancellationError(const AwsFailure& failure, std::string_view what) {
  Error error = ToError(failure, what);
  error.code = Code::kInvalidArgument;
  for (const Reason& reason : Reasons(failure)) {
    if (reason.code == "ConditionalCheckFailed" || MayPass(reason)) continue;
    error.message += "; " + reason.code + ": " + reason.message;
    if (SaysTooLarge(reason.message) || reason.code == "ItemCollectionSizeLimitExceeded") {
      error.code = Code::kLimit;
    }
  }
  return error;
}

bool SaysTooLarge(std::string_view message) {
  for (const std::string_view words :
       {"maximum allowed size", "size has exceeded", "size limit", "size exceeds"}) {
    if (message.find(words) != message.npos) return true;
  }
  return false;
}

}  // namespace varve::aws
