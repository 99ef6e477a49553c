// Credentials: who signs. A provider finds them; the chain of providers is in credential_chain.h.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace varve::aws {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty: they are nobody's for a while, but a user's own
  int64_t expires_us = 0;     // since the epoch; 0: never

  bool operator==(const Credentials&) const = default;
};

// Thread-safe.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  // kNotFound: this provider has none, ask the next; any other error is to be told to people.
  virtual Result<Credentials> Get() = 0;
  // They were refused as expired: the next Get fetches new ones, if it can.
  virtual void Forget() {}
};

}  // namespace varve::aws
