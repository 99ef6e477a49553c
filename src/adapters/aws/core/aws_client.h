// AwsClient: signed requests to AWS's services, or to servers that speak as they do, with retries.
//
// A request is tried up to `attempts_max` times while what went wrong may pass: no answer, 5xx,
// throttling (exponential backoff with full jitter, and a budget for all requests together). A
// clock that is wrong is corrected by the server's, expired credentials are fetched anew; both once
// a request. So requests must be repeatable. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/aws/core/aws_failure.h"
#include "adapters/aws/core/credentials.h"
#include "adapters/aws/core/pause.h"
#include "adapters/aws/core/retry_budget.h"
#include "adapters/aws/core/uri.h"
#include "adapters/http/http_client.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

namespace varve::aws {

struct AwsRequest {
  std::string_view service;  // signing name: "s3", "sqs", "dynamodb", "states", "sns", …
  std::string method = "POST";
  std::string endpoint;    // "https://host[:port]", without a slash at its end
  std::string path = "/";  // not escaped
  Query query;
  HttpHeaders headers;
  std::string_view body;  // must live until Send returns
  int64_t timeout_ms = 60'000;
  // As HttpRequest::on_body. After a failure half way the request is not tried again: what was
  // taken cannot be taken back.
  std::function<bool(std::string_view)> on_body;
};

struct AwsReply {
  HttpResponse response;
  std::optional<AwsFailure> failure;  // none: it succeeded
};

struct AwsClientSettings {
  std::string region = "us-east-1";
  RetryPolicy retry = {5, kMicrosPerSecond / 20, 5 * kMicrosPerSecond};
  Sleep sleep;
};

class AwsClient {
 public:
  // All must outlive it. `random`, which is of the jitter, is as thread-safe as the client is to
  // be.
  AwsClient(HttpClient& http, CredentialsProvider& credentials, const Clock& clock, Random& random,
            AwsClientSettings settings);

  const std::string& region() const { return settings_.region; }

  // A failure that a service told comes as a reply. An Error means that there is no answer (kIo),
  // no credentials (kPermission), or no library. With nobody's credentials nothing is signed.
  Result<AwsReply> Send(const AwsRequest& request);
  // The same, where no failure is expected: `what` ("get object x") begins its message.
  Result<HttpResponse> Call(const AwsRequest& request, std::string_view what);

 private:
  struct Attempts;  // what is known of a request's attempts
  Result<AwsReply> SendOnce(const AwsRequest& request, const std::string& body_sha256,
                            Attempts* attempts);
  bool Mend(const AwsReply& reply, Attempts* attempts);

  HttpClient& http_;
  CredentialsProvider& credentials_;
  const Clock& clock_;
  const AwsClientSettings settings_;
  RetryBudget budget_;
  std::atomic<int64_t> skew_us_{0};  // the servers' clock minus ours
  Random& random_;
};

}  // namespace varve::aws
