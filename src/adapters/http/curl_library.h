// libcurl, loaded when the first call needs it, not when the program starts: with what it brings
// along (TLS, Kerberos, LDAP, HTTP/2: some 35 libraries) it would make up most of each start, also
// of the commands that talk to nobody.
#pragma once

#include <curl/curl.h>

#include "base/result.h"

namespace varve {

// The functions that varve calls, by their names without "curl_". Types and constants are those of
// libcurl's header.
struct CurlLibrary {
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_easy_reset) easy_reset = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
};

// The system's libcurl, initialised; loaded by the first call, and never unloaded. Thread-safe.
// kNotFound: it is not installed, which stays so for this process; kInternal: it did not start.
const Result<CurlLibrary>& LoadCurl();

// The same from a file of this name, each time anew.
Result<CurlLibrary> OpenCurl(const char* file);

}  // namespace varve
