#include "dashboard/guard.h"

#include <arpa/inet.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace varve::dashboard {
namespace {

constexpr size_t kTokenMin = 16;
constexpr std::string_view kCookieName = "varve_session=";

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

// "name:80" -> "name", "[::1]:80" -> "::1"; empty when it is neither form.
std::string NameOf(std::string_view header) {
  if (header.starts_with('[')) {
    const size_t end = header.find(']');
    return end == header.npos ? "" : Lower(header.substr(1, end - 1));
  }
  return Lower(header.substr(0, header.find(':')));
}

// A name that is an address cannot be pointed elsewhere.
bool IsAddress(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> address = {};
  return inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

std::string MachineName() {
  std::array<char, 256> name = {};
  if (gethostname(name.data(), name.size() - 1) != 0) return "";
  return Lower(name.data());
}

}  // namespace

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && IsAddress(std::string(host)));
}

Status CheckAccess(const Access& access) {
  if (!access.token.empty() && access.token.size() < kTokenMin) {
    return Error{Code::kInvalidArgument,
                 "dashboard-token is too short to keep anybody out; make one of at least 16 "
                 "characters, such as `openssl rand -hex 16` prints"};
  }
  if (!access.token.empty() || IsLoopback(access.listen_host)) return Ok{};
  return Error{Code::kInvalidArgument,
               "others could open the dashboard on " + access.listen_host +
                   ": set dashboard-token (in [run], or VARVE_DASHBOARD_TOKEN) to what they must "
                   "know, listen on 127.0.0.1, or leave it out with --no-dashboard"};
}

bool SameSecret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

std::string NewSecret() {
  constexpr char kHex[] = "0123456789abcdef";
  std::array<unsigned char, 16> bytes = {};
  // Up to 256 bytes it fails for no reason but a system without it: then nothing here is safe.
  if (getentropy(bytes.data(), bytes.size()) != 0) std::abort();
  std::string secret;
  for (const unsigned char byte : bytes) {
    secret += kHex[byte >> 4];
    secret += kHex[byte & 15];
  }
  return secret;
}

Guard::Guard(Access access) : access_(std::move(access)), machine_(MachineName()) {}

bool Guard::AllowsHost(std::string_view header) const {
  const std::string name = NameOf(header);
  if (name.empty()) return false;
  const auto is_name = [&](const std::string& host) { return Lower(host) == name; };
  if (is_name(access_.listen_host) || IsLoopback(name)) return true;
  if (std::any_of(access_.hosts.begin(), access_.hosts.end(), is_name)) return true;
  // On loopback there is no other way here than by one of the names above.
  return !IsLoopback(access_.listen_host) && (name == machine_ || IsAddress(name));
}

bool Guard::AllowsOrigin(std::string_view origin, std::string_view host) const {
  if (origin.empty()) return true;
  const size_t scheme = origin.find("://");
  return scheme != origin.npos && Lower(origin.substr(scheme + 3)) == Lower(host);
}

bool Guard::IsSignedIn(std::string_view cookie, std::string_view authorization) const {
  if (!needs_token()) return true;
  constexpr std::string_view kBearer = "Bearer ";
  if (authorization.starts_with(kBearer)) return IsToken(authorization.substr(kBearer.size()));
  for (size_t begin = 0; begin < cookie.size();) {
    const size_t end = std::min(cookie.find(';', begin), cookie.size());
    const std::string_view one = cookie.substr(begin, end - begin);
    if (one.starts_with(kCookieName) && SameSecret(one.substr(kCookieName.size()), session_)) {
      return true;
    }
    begin = std::min(cookie.find_first_not_of("; ", end), cookie.size());
  }
  return false;
}

std::string Guard::SessionCookie() const {
  return std::string(kCookieName) + session_ + "; HttpOnly; SameSite=Strict; Path=/";
}

}  // namespace varve::dashboard
