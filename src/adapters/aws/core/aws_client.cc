#include "adapters/aws/core/aws_client.h"

#include <cstdlib>
#include <utility>

#include "adapters/aws/core/crypto.h"
#include "adapters/aws/core/http_date.h"
#include "adapters/aws/core/sigv4.h"

namespace varve::aws {
namespace {

constexpr int64_t kSkewMaxUs = kMicrosPerMinute;  // below it a clock is right enough to sign

std::string_view HostOf(std::string_view endpoint) {
  const size_t scheme = endpoint.find("://");
  return scheme == endpoint.npos ? endpoint : endpoint.substr(scheme + 3);
}

}  // namespace

struct AwsClient::Attempts {
  Credentials credentials;  // of the last one
  bool taken = false;       // a part of an answer was handed on
  bool skew_mended = false;
  bool credentials_mended = false;
};

AwsClient::AwsClient(HttpClient& http, CredentialsProvider& credentials, const Clock& clock,
                     Random& random, AwsClientSettings settings)
    : http_(http),
      credentials_(credentials),
      clock_(clock),
      settings_(std::move(settings)),
      random_(random) {}

Result<AwsReply> AwsClient::SendOnce(const AwsRequest& request, const std::string& body_sha256,
                                     Attempts* attempts) {
  VARVE_ASSIGN_OR_RETURN(attempts->credentials, credentials_.Get());
  const std::string path = EscapePath(request.path);
  const std::string query = EscapeQuery(request.query);

  HttpRequest http;
  http.method = request.method;
  http.url = request.endpoint + path + (query.empty() ? "" : "?" + query);
  http.headers = request.headers;
  http.body = request.body;
  http.timeout_ms = request.timeout_ms;
  if (request.on_body != nullptr) {
    http.on_body = [&](std::string_view piece) {
      attempts->taken = true;
      return request.on_body(piece);
    };
  }
  http.headers.emplace_back("X-Amz-Content-Sha256", body_sha256);
  const std::string signed_path = request.service == "s3" ? path : EscapePath(path);
  if (!attempts->credentials.access_key_id.empty()) {
    Sign(attempts->credentials,
         {settings_.region, request.service, clock_.NowUs() + skew_us_.load()},
         {request.method, signed_path, query, HostOf(request.endpoint), body_sha256},
         &http.headers);
  }
  VARVE_ASSIGN_OR_RETURN(HttpResponse response, http_.Send(http));
  AwsReply reply{std::move(response), std::nullopt};
  if (!reply.response.ok()) reply.failure = ParseFailure(reply.response);
  return reply;
}

// Whether what made the request fail has been put right, so that it is worth trying at once.
bool AwsClient::Mend(const AwsReply& reply, Attempts* attempts) {
  // A HEAD's refusal has no body to say why: the date tells.
  const bool may_be_skew = IsClockSkew(*reply.failure) || reply.failure->status == 403;
  const auto server = ParseHttpDate(reply.response.Header("date"));
  if (may_be_skew && server && !attempts->skew_mended) {
    const int64_t skew = *server - clock_.NowUs();
    if (std::abs(skew - skew_us_.load()) > kSkewMaxUs) {
      skew_us_ = skew;
      attempts->skew_mended = true;
      return true;
    }
  }
  if (IsExpiredCredentials(*reply.failure) && !attempts->credentials_mended) {
    credentials_.Forget(attempts->credentials);
    attempts->credentials_mended = true;
    return true;
  }
  return false;
}

Result<AwsReply> AwsClient::Send(const AwsRequest& request) {
  VARVE_RETURN_IF_ERROR(LoadCrypto());
  const std::string body_sha256 = Hex(Sha256(request.body));
  Attempts attempts;
  for (uint32_t attempt = 1;; ++attempt) {
    auto reply = SendOnce(request, body_sha256, &attempts);
    if (reply.ok() && attempt > 1) reply->response.maybe_repeated = true;
    if (reply.ok() && !reply->failure) {
      budget_.Earn();
      return reply;
    }
    if (reply.ok() && Mend(*reply, &attempts)) continue;
    const bool transient =
        reply.ok() ? IsTransient(*reply->failure) : IsRetryable(reply.error().code);
    const bool is_last = attempt >= settings_.retry.attempts_max;
    if (!transient || attempts.taken || is_last || !budget_.Take()) return reply;
    Pause(settings_.retry, attempt, random_, settings_.sleep);
  }
}

Result<HttpResponse> AwsClient::Call(const AwsRequest& request, std::string_view what) {
  auto reply = Send(request);
  if (!reply.ok()) return std::move(reply).error().WithContext(what);
  if (reply->failure) return ToError(*reply->failure, what);
  return std::move(reply->response);
}

}  // namespace varve::aws
