#include "adapters/aws/credentials/credential_chain.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "adapters/aws/core/aws_home_test_util.h"
#include "testing/fake_clock.h"

namespace varve::aws {
namespace {

// The chain in a home of its own, where nothing listens. What servers say is tested in tests/aws/.
class CredentialChainTest : public AwsHomeTest {
 protected:
  void SetUp() override {
    AwsHomeTest::SetUp();
    variables_["AWS_EC2_METADATA_DISABLED"] = "true";
  }

  Result<Credentials> Find() { return CredentialChain(http_, clock_, random_, Variables()).Get(); }
  std::string Id() {
    const auto found = Find();
    return found.ok() ? found->access_key_id : found.error().message;
  }
  Error Failure() {
    const auto found = Find();
    return found.ok() ? Error{Code::kInternal, "found " + found->access_key_id} : found.error();
  }

  HttpClient http_;
  FakeClock clock_;
  SeededRandom random_{1};
};

constexpr const char* kProcess =
    "credential_process = printf '{\"Version\":1,\"AccessKeyId\":\"PROCESS\","
    "\"SecretAccessKey\":\"s\"}'\n";

TEST_F(CredentialChainTest, TheEnvironmentIsFirst) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  variables_["AWS_SESSION_TOKEN"] = "t";
  variables_["AWS_PROFILE"] = "none";
  Write("config", "broken");  // is not read
  const auto found = Find();
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(*found, (Credentials{"ENV", "s", "t", 0}));
}

TEST_F(CredentialChainTest, KeysOfTheCredentialsFileThenAProcessThenKeysOfTheConfig) {
  const std::string config_keys = "aws_access_key_id=CONFIG\naws_secret_access_key=s\n";
  Write("config", "[default]\n" + config_keys);
  EXPECT_EQ(Id(), "CONFIG");
  Write("config", "[default]\n" + config_keys + kProcess);
  EXPECT_EQ(Id(), "PROCESS");
  Write("credentials", "[default]\naws_access_key_id=FILE\naws_secret_access_key=s\n");
  EXPECT_EQ(Id(), "FILE");
  variables_["AWS_PROFILE"] = "two";
  Write("credentials", "[two]\naws_access_key_id=TWO\naws_secret_access_key=s\n");
  EXPECT_EQ(Id(), "TWO");
}

TEST_F(CredentialChainTest, WithoutAnyEachPlaceIsNamed) {
  const Error none = Failure();
  EXPECT_EQ(none.code, Code::kPermission);
  EXPECT_EQ(none.message,
            "no AWS credentials: the environment (AWS_ACCESS_KEY_ID is not set), a web identity "
            "(AWS_WEB_IDENTITY_TOKEN_FILE is not set), profile default (it is in neither " +
                home_ + "/.aws/credentials nor " + home_ +
                "/.aws/config), a container (neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is set), an EC2 instance "
                "(AWS_EC2_METADATA_DISABLED is set); set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile that has some");
}

TEST_F(CredentialChainTest, AProfileThatIsNamedMustBeThere) {
  Write("credentials", "[a]\n[b]\n");
  variables_["AWS_PROFILE"] = "c";
  EXPECT_EQ(Failure().code, Code::kInvalidArgument);
  EXPECT_NE(Failure().message.find("AWS_PROFILE is c, which is in neither"), std::string::npos);
  EXPECT_TRUE(Failure().message.ends_with("; there is a b")) << Failure().message;
  variables_["AWS_PROFILE"] = "a";  // is there, and empty
  EXPECT_NE(Failure().message.find("profile a (it says nothing of credentials)"),
            std::string::npos);
}

TEST_F(CredentialChainTest, WhatIsWrongEndsTheSearch) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"aws_access_key_id=x\n", "no aws_secret_access_key"},
      {"role_arn=r\n", "neither source_profile nor credential_source"},
      {"role_arn=r\nsource_profile=a\ncredential_source=Environment\n",
       "both source_profile and credential_source"},
      {"role_arn=r\nsource_profile=nobody\n", "source_profile nobody: it is in neither"},
      {"role_arn=r\nsource_profile=default\n", "profile default leads back to default"},
      {"role_arn=r\nsource_profile=other\n", "profile other leads back to default"},
      {"role_arn=r\nsource_profile=other\nmfa_serial=m\n", "export-credentials"},
      {"role_arn=r\ncredential_source=Moon\n",
       "credential_source Moon: it is to be Environment, Ec2InstanceMetadata or EcsContainer"},
      {"role_arn=r\ncredential_source=Environment\n", "AWS_ACCESS_KEY_ID is not set"},
      {"role_arn=r\ncredential_source=Ec2InstanceMetadata\n", "AWS_EC2_METADATA_DISABLED is set"},
      {"web_identity_token_file=/nowhere\n", "no role; set AWS_ROLE_ARN"},
      {"web_identity_token_file=/nowhere\nrole_arn=r\n", "read the token file /nowhere"},
      {"credential_process=false\n", "credential_process: false exited with 1"},
      {"credential_process=sh -c \"echo 'try  later' >&2; exit 2\"\n",
       "sh exited with 2: try  later"},
      {"credential_process=/nowhere/at all\n", "run /nowhere/at"},
      {"credential_process='a\n", "no closing '"},
      {"credential_process=echo {}\n", "echo: its output has not \"Version\": 1"},
      {"credential_process=echo secret\n", "echo: its output is no JSON object"},
      {"credential_process=echo '{\"Version\":1}'\n", "the answer lacks AccessKeyId"},
      {"sso_account_id=1\n", "it lacks sso_role_name"},
      {"sso_account_id=1\nsso_role_name=r\n", "it lacks sso_session or sso_start_url"},
      {"sso_account_id=1\nsso_role_name=r\nsso_start_url=u\n", "it lacks sso_region"},
      {"sso_account_id=1\nsso_role_name=r\nsso_session=s\n", "names [sso-session s], which is not"},
      {"login_session=arn\n", "export-credentials"},
  };
  for (const auto& [settings, message] : wrong) {
    Write("config", "[default]\n" + settings +
                        "[profile other]\nrole_arn=o\n"
                        "source_profile=default\n");
    const Error failure = Failure();
    EXPECT_NE(failure.code, Code::kInternal) << settings << failure.message;
    EXPECT_NE(failure.code, Code::kNotFound) << settings;
    EXPECT_EQ(failure.message.find("no AWS credentials"), std::string::npos) << settings;
    EXPECT_NE(failure.message.find("AWS credentials of "), std::string::npos) << failure.message;
    EXPECT_NE(failure.message.find(message), std::string::npos) << settings << failure.message;
    EXPECT_EQ(failure.message.find("secret\n"), std::string::npos);
  }
}

TEST_F(CredentialChainTest, AProcessIsTakenAsItStands) {
  Write("config",
        "[default]\ncredential_process = printf '{\"Version\": 1, \"AccessKeyId\": \"%s\", "
        "\"SecretAccessKey\": \"x\"}' \"$HOME | `touch /tmp/x` *\"\n");
  EXPECT_EQ(Id(), "$HOME | `touch /tmp/x` *");
}

TEST_F(CredentialChainTest, ALoginThatExpiredSaysHowToRenewIt) {
  Write("config",
        "[profile p]\nsso_session = my\nsso_account_id = 1\nsso_role_name = r\n"
        "[sso-session my]\nsso_region = us-east-1\nsso_start_url = https://u\n");
  variables_["AWS_PROFILE"] = "p";
  EXPECT_EQ(Failure().code, Code::kPermission);
  EXPECT_NE(Failure().message.find("nobody is logged in"), std::string::npos);
  EXPECT_TRUE(Failure().message.ends_with("run `aws sso login --profile p`"));
  std::filesystem::create_directories(home_ + "/.aws/sso/cache");
  // The SHA-1 of "my".
  Write("sso/cache/3ece1471f44f63177cbc35ba0b904e0c096b6783.json",
        R"({"accessToken": "t", "expiresAt": "2025-01-16T00:00:00Z"})");
  EXPECT_NE(Failure().message.find("the login expired at 2025-01-16T00:00:00Z"), std::string::npos);
  EXPECT_TRUE(Failure().message.ends_with("run `aws sso login --profile p`"));
}

}  // namespace
}  // namespace varve::aws
