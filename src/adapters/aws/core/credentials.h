// Credentials: who signs. A provider finds them; the chain that AWS's tools know is in
// adapters/aws/credentials/credential_chain.h.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace varve::aws {

struct Credentials {
  std::string access_key_id;  // empty: nobody's
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
  // These were refused as expired: the next Get fetches new ones, if it can and has not already.
  virtual void Forget(const Credentials& /*refused*/) {}
};

// Those that are known already; by default nobody's, with which requests are not signed.
class KnownCredentials : public CredentialsProvider {
 public:
  explicit KnownCredentials(Credentials credentials = {}) : credentials_(std::move(credentials)) {}
  Result<Credentials> Get() override { return credentials_; }

 private:
  const Credentials credentials_;
};

}  // namespace varve::aws
