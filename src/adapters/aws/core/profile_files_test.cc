#include "adapters/aws/core/profile_files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "adapters/aws/core/aws_home_test_util.h"
#include "adapters/aws/core/endpoint.h"
#include "adapters/aws/core/profile_environment.h"

namespace varve::aws {
namespace {

class ProfileFilesTest : public AwsHomeTest {
 protected:
  ProfileFiles Load() {
    auto files = ProfileFiles::Load(Variables());
    EXPECT_TRUE(files.ok()) << files.error().message;
    return files.ok() ? *files : ProfileFiles();
  }
  // "region endpoint", as a client of S3 and one of Step Functions find them.
  std::string Places() {
    const auto places = WithProfile(Variables());
    if (!places.ok()) return places.error().message;
    const std::string region = RegionOf(*places);
    return region + " " + EndpointOf("s3", region, *places) + " " +
           EndpointOf("states", region, *places);
  }
};

TEST_F(ProfileFilesTest, TheCredentialsFileGoesBeforeTheConfig) {
  Write("config", "[default]\nregion=r\naws_access_key_id=C\n[profile two]\nregion=r2\n[three]\n");
  Write("credentials", "[default]\naws_access_key_id=K\n[four]\n");
  const ProfileFiles files = Load();
  EXPECT_EQ(files.Setting("default", "aws_access_key_id"), "K");
  EXPECT_EQ(files.SettingOfConfig("default", "aws_access_key_id"), "C");
  EXPECT_EQ(files.SettingOfCredentials("default", "region"), "");
  EXPECT_EQ(files.Setting("default", "region"), "r");
  EXPECT_EQ(files.Setting("two", "region"), "r2");
  EXPECT_EQ(files.Names(), (std::vector<std::string>{"default", "four", "two"}));
  EXPECT_FALSE(files.Has("three"));  // in the config it lacks the word "profile"
}

TEST_F(ProfileFilesTest, NamesMayBeQuotedAndDefaultMayBeAProfile) {
  Write("config",
        "[default]\nregion=a\n[profile default]\nregion=b\n[profile \"x y\"]\nregion=c\n"
        "[sso-session my]\nsso_region=d\n[profiles]\nregion=e\n");
  const ProfileFiles files = Load();
  EXPECT_EQ(files.Setting("default", "region"), "b");
  EXPECT_EQ(files.Setting("x y", "region"), "c");
  ASSERT_NE(files.SsoSession("my"), nullptr);
  EXPECT_EQ(files.SsoSession("my")->at("sso_region"), "d");
  EXPECT_EQ(files.SsoSession("other"), nullptr);
  EXPECT_FALSE(files.Has("s"));
}

TEST_F(ProfileFilesTest, FilesMayBeElsewhereOrNowhere) {
  EXPECT_FALSE(Load().Has("default"));
  EXPECT_EQ(Load().Absence(),
            "in neither " + home_ + "/.aws/credentials nor " + home_ + "/.aws/config");
  Write("other", "[default]\nregion=x\n");
  variables_["AWS_CONFIG_FILE"] = "~/.aws/other";
  EXPECT_EQ(Load().Setting("default", "region"), "x");
  variables_.erase("AWS_CONFIG_FILE");
  variables_.erase("HOME");
  EXPECT_NE(Load().Absence().find("HOME is not set"), std::string::npos);
}

TEST_F(ProfileFilesTest, ErrorsNameFileAndLine) {
  Write("config", "[default]\nregion\n");
  EXPECT_EQ(ProfileFiles::Load(Variables()).error().message,
            home_ + "/.aws/config:2: neither [section] nor key = value");
  EXPECT_EQ(Places(), home_ + "/.aws/config:2: neither [section] nor key = value");
}

TEST_F(ProfileFilesTest, RegionAndEndpointsOfTheProfile) {
  EXPECT_EQ(Places(),
            "us-east-1 https://s3.us-east-1.amazonaws.com https://states.us-east-1.amazonaws.com");
  Write("config",
        "[default]\nregion = eu-west-1\nendpoint_url = http://all/\nservices = local\n"
        "[services local]\ns3 =\n  endpoint_url = http://own\n");
  EXPECT_EQ(Places(), "eu-west-1 http://own http://all");
  variables_["AWS_DEFAULT_REGION"] = "r";
  variables_["AWS_ENDPOINT_URL_SFN"] = "http://sfn";
  EXPECT_EQ(Places(), "r http://own http://sfn");
  variables_["AWS_ENDPOINT_URL"] = "http://env";  // before all that a file says
  EXPECT_EQ(Places(), "r http://env http://sfn");
  variables_["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_EQ(Places(), "r https://s3.r.amazonaws.com https://states.r.amazonaws.com");
}

TEST_F(ProfileFilesTest, FilesAreNotReadWhenTheEnvironmentSaysItAll) {
  Write("config", "broken");
  variables_["AWS_REGION"] = "r";
  variables_["AWS_ENDPOINT_URL"] = "http://env";
  EXPECT_EQ(Places(), "r http://env http://env");
}

}  // namespace
}  // namespace varve::aws
