#include "adapters/aws/core/crypto.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>

#include "base/shared_library.h"

namespace varve::aws {
namespace {

constexpr const char* kFile = "libcrypto.so.3";

struct CryptoLibrary {
  decltype(&::SHA256) sha256 = nullptr;
  decltype(&::SHA1) sha1 = nullptr;
  decltype(&::HMAC) hmac = nullptr;
  decltype(&::EVP_sha256) evp_sha256 = nullptr;
  decltype(&::EVP_md5) evp_md5 = nullptr;
  decltype(&::EVP_Digest) evp_digest = nullptr;
};

Result<CryptoLibrary> Open() {
  void* const library = dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
  CryptoLibrary crypto;
  const bool found = FindFunction(library, "SHA256", crypto.sha256) &&
                     FindFunction(library, "SHA1", crypto.sha1) &&
                     FindFunction(library, "HMAC", crypto.hmac) &&
                     FindFunction(library, "EVP_sha256", crypto.evp_sha256) &&
                     FindFunction(library, "EVP_md5", crypto.evp_md5) &&
                     FindFunction(library, "EVP_Digest", crypto.evp_digest);
  if (!found) return CannotLoad("libcrypto", "libssl3");
  return crypto;
}

const Result<CryptoLibrary>& Crypto() {
  static const Result<CryptoLibrary> crypto = Open();
  return crypto;
}

const unsigned char* Bytes(std::string_view data) {
  return reinterpret_cast<const unsigned char*>(data.data());
}

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string ToString(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Status LoadCrypto() {
  if (!Crypto().ok()) return Error(Crypto().error());
  return Ok{};
}

std::string Sha256(std::string_view data) {
  Digest digest;
  Crypto()->sha256(Bytes(data), data.size(), digest.data());
  return ToString(digest);
}

std::string Sha1(std::string_view data) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  Crypto()->sha1(Bytes(data), data.size(), digest.data());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string HmacSha256(std::string_view key, std::string_view data) {
  Digest digest;
  Crypto()->hmac(Crypto()->evp_sha256(), key.data(), static_cast<int>(key.size()), Bytes(data),
                 data.size(), digest.data(), nullptr);
  return ToString(digest);
}

std::string Md5(std::string_view data) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  Crypto()->evp_digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(digest.data()),
                       &size, Crypto()->evp_md5(), nullptr);
  digest.resize(size);
  return digest;
}

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    hex.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    hex.push_back(kDigits[static_cast<unsigned char>(byte) & 15]);
  }
  return hex;
}

}  // namespace varve::aws
