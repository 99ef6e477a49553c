#include "adapters/http/curl_library.h"

#include <dlfcn.h>

#include "base/shared_library.h"

namespace varve {
namespace {

// The name that has stood for this binary interface since 2006.
constexpr const char* kFile = "libcurl.so.4";

bool FindAll(void* library, CurlLibrary& curl) {
  return FindFunction(library, "curl_global_init", curl.global_init) &&
         FindFunction(library, "curl_easy_init", curl.easy_init) &&
         FindFunction(library, "curl_easy_setopt", curl.easy_setopt) &&
         FindFunction(library, "curl_easy_perform", curl.easy_perform) &&
         FindFunction(library, "curl_easy_getinfo", curl.easy_getinfo) &&
         FindFunction(library, "curl_easy_strerror", curl.easy_strerror) &&
         FindFunction(library, "curl_easy_reset", curl.easy_reset) &&
         FindFunction(library, "curl_easy_cleanup", curl.easy_cleanup) &&
         FindFunction(library, "curl_slist_append", curl.slist_append) &&
         FindFunction(library, "curl_slist_free_all", curl.slist_free_all);
}

}  // namespace

Result<CurlLibrary> OpenCurl(const char* file) {
  void* const library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  CurlLibrary curl;
  if (!FindAll(library, curl)) return CannotLoad("libcurl", "libcurl4");
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
