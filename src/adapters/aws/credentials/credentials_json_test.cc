#include "adapters/aws/credentials/credentials_json.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace varve::aws {
namespace {

TEST(CredentialsFromJson, OfProcessesAndOfServices) {
  const int64_t expires_us = 1'737'106'200 * kMicrosPerSecond;
  EXPECT_EQ(*CredentialsFromJson(R"({"Version": 1, "AccessKeyId": "I", "SecretAccessKey": "S",
      "SessionToken": "T", "Expiration": "2025-01-17T10:30:00+01:00"})"),
            (Credentials{"I", "S", "T", expires_us}));
  EXPECT_EQ(*CredentialsFromJson(R"({"Code": "Success", "AccessKeyId": "I",
      "SecretAccessKey": "S", "Token": "T", "Expiration": "2025-01-17T09:30:00Z"})"),
            (Credentials{"I", "S", "T", expires_us}));
  EXPECT_EQ(*CredentialsFromJson(R"({"AccessKeyId": "I", "SecretAccessKey": "S"})"),
            (Credentials{"I", "S", "", 0}));
}

TEST(CredentialsFromJson, RefusesWhatIsIncomplete) {
  for (const char* text : {"", "[]", "x", R"({"AccessKeyId": "I"})", R"({"SecretAccessKey": "S"})",
                           R"({"AccessKeyId": "", "SecretAccessKey": "S"})",
                           R"({"AccessKeyId": 1, "SecretAccessKey": "S"})",
                           R"({"AccessKeyId": "I", "SecretAccessKey": "S", "Expiration": "x"})"}) {
    const auto read = CredentialsFromJson(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code, Code::kCorrupt) << text;
  }
}

TEST(CredentialsFromJson, TellsWhyThereAreNone) {
  const auto read = CredentialsFromJson(R"({"Code": "AssumeRoleUnauthorizedAccess",
      "Message": "EC2 cannot assume the role"})");
  EXPECT_EQ(read.error().code, Code::kPermission);
  EXPECT_EQ(read.error().message, "AssumeRoleUnauthorizedAccess: EC2 cannot assume the role");
}

}  // namespace
}  // namespace varve::aws
