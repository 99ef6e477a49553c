#include "adapters/http/curl_library.h"

#include <dlfcn.h>

#include <string>

namespace varve {
namespace {

// The name that has stood for this binary interface since 2006.
constexpr const char* kFile = "libcurl.so.4";

template <typename Function>
bool Find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

bool FindAll(void* library, CurlLibrary& curl) {
  return Find(library, "curl_global_init", curl.global_init) &&
         Find(library, "curl_easy_init", curl.easy_init) &&
         Find(library, "curl_easy_setopt", curl.easy_setopt) &&
         Find(library, "curl_easy_perform", curl.easy_perform) &&
         Find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
         Find(library, "curl_easy_strerror", curl.easy_strerror) &&
         Find(library, "curl_easy_reset", curl.easy_reset) &&
         Find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
         Find(library, "curl_slist_append", curl.slist_append) &&
         Find(library, "curl_slist_free_all", curl.slist_free_all);
}

}  // namespace

Result<CurlLibrary> OpenCurl(const char* file) {
  void* const library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  CurlLibrary curl;
  if (library == nullptr || !FindAll(library, curl)) {
    const char* const why = dlerror();
    return Error{Code::kNotFound, std::string("libcurl cannot be loaded (") +
                                      (why == nullptr ? "unknown" : why) +
                                      "); install libcurl4, then start varve again"};
  }
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return Error{Code::kInternal, "libcurl did not start"};
  }
  return curl;
}

const Result<CurlLibrary>& LoadCurl() {
  static const Result<CurlLibrary> curl = OpenCurl(kFile);
  return curl;
}

}  // namespace varve
