#include "adapters/local/webhook_notifier.h"

#include <curl/curl.h>

#include <memory>

#include "adapters/local/alert_json.h"

namespace varve {
namespace {

struct EasyCloser {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct ListCloser {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, ListCloser>;

size_t Ignore(char*, size_t size, size_t count, void*) { return size * count; }

Status Judge(long answer) {
  if (answer >= 200 && answer < 300) return Ok{};
  const std::string said = "the webhook answered " + std::to_string(answer);
  if (answer == 429) return Error{Code::kThrottled, said};
  if (answer >= 500) return Error{Code::kIo, said};
  return Error{Code::kInvalidArgument, said + ": check its address"};
}

Error Failed(CURLcode code) {
  const bool malformed = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
  return Error{malformed ? Code::kInvalidArgument : Code::kIo,
               std::string("post to the webhook: ") + curl_easy_strerror(code)};
}

}  // namespace

Status WebhookNotifier::Notify(const Alert& alert) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, EasyCloser> curl(curl_easy_init());
  if (global != CURLE_OK || curl == nullptr) return Error{Code::kInternal, "libcurl did not start"};

  const std::string body = AlertToSlackJson(alert);
  Headers headers(curl_slist_append(nullptr, "Content-Type: application/json"));
  curl_easy_setopt(curl.get(), CURLOPT_URL, url_.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Ignore);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms_));
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);  // other threads run
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return Failed(code);
  long answer = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
  return Judge(answer);
}

}  // namespace varve
