#include "adapters/aws/credentials/container_credentials.h"

#include <gtest/gtest.h>

#include <optional>

namespace varve::aws {
namespace {

Result<std::string> UrlOf(const char* variable, const char* value) {
  return ContainerUrl([=](const char* name) -> std::optional<std::string> {
    if (std::string(name) == variable) return value;
    return std::nullopt;
  });
}

TEST(ContainerUrl, OfEcs) {
  constexpr const char* kRelative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
  EXPECT_EQ(*UrlOf(kRelative, "/v2/credentials/id?x=1"),
            "http://169.254.170.2/v2/credentials/id?x=1");
  EXPECT_EQ(UrlOf(kRelative, "@evil.example/").error().code, Code::kInvalidArgument);
  EXPECT_EQ(UrlOf("OTHER", "x").error().code, Code::kNotFound);
}

TEST(ContainerUrl, TheTokenIsToldToNobodyElse) {
  constexpr const char* kFull = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  for (const char* url : {"https://any.example/x", "http://localhost:8080/x", "http://127.0.0.1/x",
                          "http://127.1.2.3:1", "http://[::1]:80/x", "http://169.254.170.2/x",
                          "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1"}) {
    EXPECT_TRUE(UrlOf(kFull, url).ok()) << url;
  }
  for (const char* url :
       {"http://any.example/x", "http://169.254.170.22/", "http://169.254.170.2.example/",
        "http://127.0.0.1.example/", "http://127.0.0.1@any.example/", "http://localhost.example",
        "http://any.example?http://localhost", "http://any.example#@127.0.0.1",
        "http://127.0.0.1\\@any.example", "http://[::2]/", "http://[::1", "https://", "https:///x",
        "https://a@b/", "ftp://localhost", "localhost", "http://", "file:///etc/passwd"}) {
    EXPECT_EQ(UrlOf(kFull, url).error().code, Code::kInvalidArgument) << url;
  }
}

}  // namespace
}  // namespace varve::aws
