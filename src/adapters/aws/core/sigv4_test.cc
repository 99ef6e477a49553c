// The published examples: AWS's "aws4_testsuite" and "Signature Calculations for the Authorization
// Header" of the S3 API reference.
#include "adapters/aws/core/sigv4.h"

#include <gtest/gtest.h>

#include "adapters/aws/core/crypto.h"
#include "adapters/aws/core/uri.h"
#include "base/time_text.h"

namespace varve::aws {
namespace {

constexpr std::string_view kEmptySha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

class SigV4Test : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(LoadCrypto().ok()); }

  static std::string Signature(const HttpHeaders& headers) {
    for (const auto& [name, value] : headers) {
      if (name == "Authorization") return value.substr(value.find("Signature=") + 10);
    }
    return "";
  }

  static std::string S3(std::string_view method, std::string_view path, const Query& query,
                        std::string_view sha256, HttpHeaders headers) {
    const Credentials credentials = {"AKIAIOSFODNN7EXAMPLE",
                                     "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", 0};
    headers.emplace_back("X-Amz-Content-Sha256", sha256);
    Sign(credentials, {"us-east-1", "s3", *ParseUtc("2013-05-24T00:00:00.000000Z")},
         {method, EscapePath(path), EscapeQuery(query), "examplebucket.s3.amazonaws.com", sha256},
         &headers);
    return Signature(headers);
  }

  static std::string Suite(std::string_view method, std::string_view path, const Query& query,
                           HttpHeaders headers = {}) {
    const Credentials credentials = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "",
                                     0};
    Sign(credentials, {"us-east-1", "service", *ParseUtc("2015-08-30T12:36:00.000000Z")},
         {method, EscapePath(EscapePath(path)), EscapeQuery(query), "example.amazonaws.com",
          kEmptySha256},
         &headers);
    return Signature(headers);
  }
};

TEST_F(SigV4Test, ExamplesOfS3) {
  EXPECT_EQ(S3("GET", "/test.txt", {}, kEmptySha256, {{"Range", "bytes=0-9"}}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(S3("PUT", "/test$file.text", {}, Hex(Sha256("Welcome to Amazon S3.")),
               {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  EXPECT_EQ(S3("GET", "/", {{"lifecycle", ""}}, kEmptySha256, {}),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(S3("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}, kEmptySha256, {}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_F(SigV4Test, ExamplesOfTheSuite) {
  EXPECT_EQ(Suite("GET", "/", {}),  // get-vanilla
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_EQ(Suite("GET", "/", {{"Param2", "value2"}, {"Param1", "value1"}}),  // …-order-key-case
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  EXPECT_EQ(Suite("POST", "/", {}),  // post-vanilla
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST_F(SigV4Test, ValuesAreTrimmed) {
  EXPECT_EQ(Suite("GET", "/", {}, {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\" "}}),
            Suite("GET", "/", {}, {{"my-header2", "\"a b c\""}, {"my-header1", "value1"}}));
}

TEST(Uri, EscapesAllButTheUnreserved) {
  EXPECT_EQ(EscapePath("/a b+c%20=':(&,;~/\xC3\xBC\xF0\x9F\x98\x80//."),
            "/a%20b%2Bc%2520%3D%27%3A%28%26%2C%3B~/%C3%BC%F0%9F%98%80//.");
  EXPECT_EQ(EscapeText("a/b"), "a%2Fb");
  EXPECT_EQ(EscapeQuery({{"prefix", "a+b"}, {"uploads", ""}, {"a", "2"}, {"a", "1"}}),
            "a=1&a=2&prefix=a%2Bb&uploads=");
}

}  // namespace
}  // namespace varve::aws
