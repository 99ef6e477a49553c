// AwsFailure: what a service said instead of doing what it was asked.
#pragma once

#include <string>
#include <string_view>

#include "adapters/http/http_client.h"
#include "base/result.h"

namespace varve::aws {

struct AwsFailure {
  int status = 0;
  std::string code;        // "ThrottlingException", "NoSuchKey", …; empty: it did not say
  std::string message;     // for people
  std::string request_id;  // what AWS's support asks for
  std::string body;        // the whole answer, for details such as a transaction's reasons
};

// Of an answer that is no success; JSON and XML protocols alike.
AwsFailure ParseFailure(const HttpResponse& response);

bool IsThrottling(const AwsFailure& failure);
bool IsExpiredCredentials(const AwsFailure& failure);
bool IsClockSkew(const AwsFailure& failure);
// Whether the same request may succeed later.
bool IsTransient(const AwsFailure& failure);

// The one place where a vendor's error becomes varve's. What a caller knows better (that a failed
// condition means kConflict or kAlreadyExists) it decides by `failure.code` before.
Error ToError(const AwsFailure& failure, std::string_view what);

}  // namespace varve::aws
