#include "adapters/local/webhook_notifier.h"

#include <memory>

#include "adapters/http/curl_library.h"
#include "adapters/local/alert_json.h"

namespace varve {
namespace {

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

size_t Ignore(char*, size_t size, size_t count, void*) { return size * count; }

Status Judge(long answer) {
  if (answer >= 200 && answer < 300) return Ok{};
  const std::string said = "the webhook answered " + std::to_string(answer);
  if (answer == 429) return Error{Code::kThrottled, said};
  if (answer >= 500) return Error{Code::kIo, said};
  return Error{Code::kInvalidArgument, said + ": check its address"};
}

Error Failed(const CurlLibrary& library, CURLcode code) {
  const bool malformed = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
  return Error{malformed ? Code::kInvalidArgument : Code::kIo,
               std::string("post to the webhook: ") + library.easy_strerror(code)};
}

}  // namespace

Status WebhookNotifier::Notify(const Alert& alert) {
  const Result<CurlLibrary>& loaded = LoadCurl();
  if (!loaded.ok()) return Error(loaded.error()).WithContext("post to the webhook");
  const CurlLibrary& library = *loaded;
  const Easy curl(library.easy_init(), library.easy_cleanup);
  if (curl == nullptr) return Error{Code::kInternal, "libcurl did not start"};

  const std::string body = AlertToSlackJson(alert);
  const Headers headers(library.slist_append(nullptr, "Content-Type: application/json"),
                        library.slist_free_all);
  const auto set = [&](CURLoption option, auto value) {
    library.easy_setopt(curl.get(), option, value);
  };
  set(CURLOPT_URL, url_.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_POSTFIELDS, body.c_str());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(CURLOPT_WRITEFUNCTION, &Ignore);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms_));
  set(CURLOPT_NOSIGNAL, 1L);  // other threads run
  const CURLcode code = library.easy_perform(curl.get());
  if (code != CURLE_OK) return Failed(library, code);
  long answer = 0;
  library.easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
  return Judge(answer);
}

}  // namespace varve
