// Guard: who may ask what. Decided from the headers of a request alone.
//
// - Host: only names that are this machine's, so that a page of another site cannot reach a server
//   on loopback by pointing its own name there (DNS rebinding).
// - Origin: a request that a browser sends on behalf of another site is refused.
// - A change needs a token besides, which only a page of ours could read, and a body of JSON, which
//   no form of another site can send.
// - Where others than this machine's users can connect, all data needs the operator's token.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace varve::dashboard {

struct Access {
  std::string listen_host;         // "127.0.0.1"
  std::vector<std::string> hosts;  // further names that people reach it by
  std::string token;               // empty: none is needed
};

// "127.0.0.0/8", "::1" and "localhost".
bool IsLoopback(std::string_view host);

// kInvalidArgument: others can connect and there is no token, or it is too short to be one.
Status CheckAccess(const Access& access);

// Whether they are equal, in a time that does not tell where they differ.
bool SameSecret(std::string_view a, std::string_view b);

// 128 random bits from the system, in hex.
std::string NewSecret();

class Guard {
 public:
  explicit Guard(Access access);

  // `header` is Host: "name", "name:port", "[::1]:port".
  bool AllowsHost(std::string_view header) const;
  // No Origin is what a browser sends with a plain page load, and other programs always.
  bool AllowsOrigin(std::string_view origin, std::string_view host) const;
  // By the cookie that signing in gave, or the operator's token itself ("Bearer ...").
  bool IsSignedIn(std::string_view cookie, std::string_view authorization) const;

  bool needs_token() const { return !access_.token.empty(); }
  bool IsToken(std::string_view token) const { return SameSecret(token, access_.token); }
  // Set-Cookie of somebody who knows the token.
  std::string SessionCookie() const;

  // What a change must carry, new with each process.
  const std::string& change_token() const { return change_token_; }

 private:
  const Access access_;
  const std::string machine_;  // its own name
  const std::string session_ = NewSecret();
  const std::string change_token_ = NewSecret();
};

}  // namespace varve::dashboard
