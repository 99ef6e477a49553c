#include "dashboard/guard.h"

#include <gtest/gtest.h>

namespace varve::dashboard {
namespace {

constexpr const char* kGuardToken = "0123456789abcdef";

TEST(GuardTest, OnLoopbackOnlyItsOwnNamesAreAllowed) {
  const Guard guard({"127.0.0.1", {"lake.example"}, ""});
  for (const char* host : {"127.0.0.1:9464", "127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:9464",
                           "127.9.9.9", "lake.example:443", "Lake.Example"}) {
    EXPECT_TRUE(guard.AllowsHost(host)) << host;
  }
  for (const char* host : {"", ":9464", "evil.example", "127.0.0.1.evil.example", "localhost.evil",
                           "10.0.0.1", "[::2]", "[", "lake.example.evil"}) {
    EXPECT_FALSE(guard.AllowsHost(host)) << host;
  }
}

TEST(GuardTest, BeyondLoopbackAddressesAreAllowedToo) {
  const Guard guard({"0.0.0.0", {"lake.example"}, kGuardToken});
  for (const char* host : {"10.0.0.1:9464", "[2001:db8::1]:9464", "lake.example", "localhost"}) {
    EXPECT_TRUE(guard.AllowsHost(host)) << host;
  }
  EXPECT_FALSE(guard.AllowsHost("evil.example"));
}

TEST(GuardTest, OriginsAreTheServerItself) {
  const Guard guard({"127.0.0.1", {}, ""});
  EXPECT_TRUE(guard.AllowsOrigin("", "localhost:9464"));
  EXPECT_TRUE(guard.AllowsOrigin("http://localhost:9464", "localhost:9464"));
  EXPECT_TRUE(guard.AllowsOrigin("https://LOCALHOST:9464", "localhost:9464"));
  for (const char* origin : {"null", "http://evil.example", "http://localhost:1",
                             "http://localhost:9464.evil", "localhost:9464"}) {
    EXPECT_FALSE(guard.AllowsOrigin(origin, "localhost:9464")) << origin;
  }
}

TEST(GuardTest, ATokenIsNeededWhereOthersCanConnect) {
  for (const char* host : {"127.0.0.1", "127.0.0.2", "::1", "localhost"}) {
    EXPECT_TRUE(CheckAccess({host, {}, ""}).ok()) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "127.evil.example", "lake.example", ""}) {
    const Status refused = CheckAccess({host, {}, ""});
    ASSERT_FALSE(refused.ok()) << host;
    EXPECT_NE(refused.error().message.find("dashboard-token"), std::string::npos);
    EXPECT_TRUE(CheckAccess({host, {}, kGuardToken}).ok()) << host;
  }
  EXPECT_FALSE(CheckAccess({"127.0.0.1", {}, "short"}).ok());
}

TEST(GuardTest, SignedInByCookieOrToken) {
  const Guard guard({"0.0.0.0", {}, kGuardToken});
  const std::string set = guard.SessionCookie();
  const std::string cookie = set.substr(0, set.find(';'));
  EXPECT_NE(set.find("HttpOnly"), std::string::npos);
  EXPECT_NE(set.find("SameSite=Strict"), std::string::npos);
  EXPECT_EQ(set.find(kGuardToken), std::string::npos);
  EXPECT_TRUE(guard.IsSignedIn(cookie, ""));
  EXPECT_TRUE(guard.IsSignedIn("a=b; " + cookie + "; c=d", ""));
  EXPECT_TRUE(guard.IsSignedIn("", std::string("Bearer ") + kGuardToken));
  EXPECT_FALSE(guard.IsSignedIn("", ""));
  EXPECT_FALSE(guard.IsSignedIn("varve_session=", ""));
  EXPECT_FALSE(guard.IsSignedIn("x" + cookie, ""));
  EXPECT_FALSE(guard.IsSignedIn(cookie, "Bearer wrong"));
  EXPECT_FALSE(guard.IsSignedIn(Guard({"0.0.0.0", {}, kGuardToken}).SessionCookie(), ""));
  EXPECT_TRUE(Guard({"127.0.0.1", {}, ""}).IsSignedIn("", ""));
}

TEST(GuardTest, SecretsDiffer) {
  EXPECT_EQ(NewSecret().size(), 32u);
  EXPECT_NE(NewSecret(), NewSecret());
  EXPECT_TRUE(SameSecret("abc", "abc"));
  EXPECT_FALSE(SameSecret("abc", "abd"));
  EXPECT_FALSE(SameSecret("abc", "abcd"));
}

}  // namespace
}  // namespace varve::dashboard
