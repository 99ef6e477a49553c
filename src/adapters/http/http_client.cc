#include "adapters/http/http_client.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <mutex>

#include "adapters/http/curl_library.h"

namespace varve {
namespace {

constexpr size_t kConnectionsKept = 64;
constexpr long kBufferBytes = 256 << 10;  // fewer calls back for large objects

std::string HostOf(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == url.npos) return std::string(url.substr(0, url.find_first_of("/?")));
  const std::string_view rest = url.substr(scheme + 3);
  return std::string(url.substr(0, scheme + 3)) +
         std::string(rest.substr(0, rest.find_first_of("/?")));
}

struct Answer {
  const CurlLibrary* library = nullptr;
  CURL* curl = nullptr;
  const HttpRequest* request = nullptr;
  HttpResponse response;
  bool stopped = false;
};

void TakeField(std::string_view line, HttpResponse* response) {
  if (line.starts_with("HTTP/")) {
    response->headers.clear();  // those before were of an interim answer
    return;
  }
  const size_t colon = line.find(':');
  if (colon == line.npos) return;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string_view value = line.substr(colon + 1);
  const size_t begin = value.find_first_not_of(" \t");
  const size_t end = value.find_last_not_of(" \t\r\n");
  value = begin == value.npos || end == value.npos ? std::string_view()
                                                   : value.substr(begin, end - begin + 1);
  response->headers[std::move(name)] = std::string(value);
}

size_t OnHeader(char* data, size_t size, size_t count, void* user) {
  TakeField({data, size * count}, &static_cast<Answer*>(user)->response);
  return size * count;
}

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  Answer& answer = *static_cast<Answer*>(user);
  const std::string_view piece(data, size * count);
  long status = 0;
  answer.library->easy_getinfo(answer.curl, CURLINFO_RESPONSE_CODE, &status);
  if (answer.request->on_body == nullptr || status < 200 || status >= 300) {
    answer.response.body.append(piece);
    return piece.size();
  }
  if (answer.request->on_body(piece)) return piece.size();
  answer.stopped = true;
  return 0;
}

struct Upload {
  std::string_view rest;
};

size_t OnUpload(char* out, size_t size, size_t count, void* user) {
  std::string_view& rest = static_cast<Upload*>(user)->rest;
  const size_t taken = std::min(rest.size(), size * count);
  rest.copy(out, taken);
  rest.remove_prefix(taken);
  return taken;
}

}  // namespace

struct HttpClient::Connections {
  // A handle keeps its connection; the one used last is the likeliest to be open still. Null: none
  // is kept.
  CURL* Take() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return nullptr;
    CURL* const curl = idle.back();
    idle.pop_back();
    return curl;
  }

  void GiveBack(const CurlLibrary& library, CURL* curl) {
    {
      const std::lock_guard lock(mutex);
      if (idle.size() < kConnectionsKept) {
        idle.push_back(curl);
        return;
      }
    }
    library.easy_cleanup(curl);
  }

  std::mutex mutex;
  std::vector<CURL*> idle;
};

HttpClient::HttpClient() : connections_(std::make_unique<Connections>()) {}

HttpClient::~HttpClient() {
  for (CURL* const curl : connections_->idle) LoadCurl()->easy_cleanup(curl);
}

namespace {

class Exchange {
 public:
  Exchange(const CurlLibrary& library, CURL* curl, const HttpRequest& request)
      : library_(library), curl_(curl), request_(request), upload_{request.body} {
    answer_.library = &library;
    answer_.curl = curl;
    answer_.request = &request;
  }
  ~Exchange() { library_.slist_free_all(headers_); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Result<HttpResponse> Run() {
    Prepare();
    const CURLcode code = library_.easy_perform(curl_);
    long status = 0;
    library_.easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    answer_.response.status = static_cast<int>(status);
    if (code == CURLE_OK) return std::move(answer_.response);
    const std::string what = request_.method + " " + HostOf(request_.url) + ": ";
    if (answer_.stopped) return Error{Code::kCancelled, what + "stopped"};
    const bool malformed = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
    return Error{malformed ? Code::kInvalidArgument : Code::kIo,
                 what + library_.easy_strerror(code)};
  }

 private:
  template <typename T>
  void Set(CURLoption option, T value) {
    library_.easy_setopt(curl_, option, value);
  }

  void Prepare() {
    library_.easy_reset(curl_);  // connections stay
    Set(CURLOPT_URL, request_.url.c_str());
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_PATH_AS_IS, 1L);  // keys may hold ".." and "//"
    Set(CURLOPT_NOSIGNAL, 1L);    // other threads run
    if (request_.is_direct) Set(CURLOPT_PROXY, "");
    Set(CURLOPT_BUFFERSIZE, kBufferBytes);
    Set(CURLOPT_UPLOAD_BUFFERSIZE, kBufferBytes);
    Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout_ms));
    Set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout_ms));
    Set(CURLOPT_HEADERFUNCTION, &OnHeader);
    Set(CURLOPT_HEADERDATA, static_cast<void*>(&answer_));
    Set(CURLOPT_WRITEFUNCTION, &OnBody);
    Set(CURLOPT_WRITEDATA, static_cast<void*>(&answer_));
    // libcurl's own default is a path of the system that it was built for.
    if (const char* file = std::getenv("SSL_CERT_FILE")) Set(CURLOPT_CAINFO, file);
    PrepareMethod();
    for (const auto& [name, value] : request_.headers) Append(name + ": " + value);
    Append("Expect:");                               // no waiting for a go-ahead
    if (!HasContentType()) Append("Content-Type:");  // else libcurl says that it is a form
    Set(CURLOPT_HTTPHEADER, headers_);
  }

  void PrepareMethod() {
    if (request_.method == "GET") return;
    if (request_.method == "HEAD") {
      Set(CURLOPT_NOBODY, 1L);
      return;
    }
    if (request_.method == "PUT") {
      Set(CURLOPT_UPLOAD, 1L);
      Set(CURLOPT_READFUNCTION, &OnUpload);
      Set(CURLOPT_READDATA, static_cast<void*>(&upload_));
      Set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      return;
    }
    Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    if (request_.method == "DELETE" && request_.body.empty()) return;
    Set(CURLOPT_POSTFIELDS, request_.body.data() == nullptr ? "" : request_.body.data());
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }

  bool HasContentType() const {
    return std::any_of(request_.headers.begin(), request_.headers.end(),
                       [](const auto& header) { return header.first == "Content-Type"; });
  }

  void Append(const std::string& line) { headers_ = library_.slist_append(headers_, line.c_str()); }

  const CurlLibrary& library_;
  CURL* const curl_;
  const HttpRequest& request_;
  Upload upload_;
  Answer answer_;
  curl_slist* headers_ = nullptr;
};

}  // namespace

Result<HttpResponse> HttpClient::Send(const HttpRequest& request) {
  const Result<CurlLibrary>& loaded = LoadCurl();
  if (!loaded.ok()) return Error(loaded.error());
  const CurlLibrary& library = *loaded;
  CURL* const kept = connections_->Take();
  CURL* const curl = kept != nullptr ? kept : library.easy_init();
  if (curl == nullptr) return Error{Code::kInternal, "libcurl did not start"};
  auto response = Exchange(library, curl, request).Run();
  long connects = 0;
  library.easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
  if (response.ok()) response->maybe_repeated = kept != nullptr && connects > 0;
  connections_->GiveBack(library, curl);
  return response;
}

}  // namespace varve
