// SHA-256 and SHA-1 (FIPS 180-4), HMAC (RFC 2104) and MD5 (RFC 1321, as ETags are) of OpenSSL's
// libcrypto, which is loaded when the first signature needs it, as libcurl is
// (adapters/http/curl_library.h). Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace varve::aws {

// kNotFound when there is no libcrypto, which stays so for this process. To be called, and to have
// succeeded, before the functions below.
Status LoadCrypto();

std::string Sha256(std::string_view data);                            // 32 bytes
std::string Sha1(std::string_view data);                              // 20 bytes; no protection
std::string HmacSha256(std::string_view key, std::string_view data);  // 32 bytes
std::string Md5(std::string_view data);                               // 16 bytes
std::string Hex(std::string_view bytes);                              // lower case

}  // namespace varve::aws
