#include "adapters/aws/core/aws_failure.h"

#include <gtest/gtest.h>

namespace varve::aws {
namespace {

AwsFailure Of(int status, std::string body, std::map<std::string, std::string> headers = {}) {
  return ParseFailure({status, std::move(headers), std::move(body)});
}

TEST(AwsFailure, OfEachProtocol) {
  const AwsFailure json = Of(
      400, R"({"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow"})",
      {{"x-amzn-requestid", "R1"}});
  EXPECT_EQ(json.code, "ThrottlingException");
  EXPECT_EQ(json.message, "slow");
  EXPECT_EQ(json.request_id, "R1");
  EXPECT_EQ(Of(400, R"({"message":"x"})", {{"x-amzn-errortype", "AccessDenied:http://a/"}}).code,
            "AccessDenied");
  const AwsFailure s3 = Of(404,
                           "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code>"
                           "<Message>none &amp; none</Message><RequestId>R2</RequestId></Error>");
  EXPECT_EQ(s3.code, "NoSuchKey");
  EXPECT_EQ(s3.message, "none & none");
  EXPECT_EQ(s3.request_id, "R2");
  const AwsFailure query = Of(400,
                              "<ErrorResponse><Error><Code>InvalidParameter</Code><Message>m"
                              "</Message></Error><RequestId>R3</RequestId></ErrorResponse>");
  EXPECT_EQ(query.code, "InvalidParameter");
  EXPECT_EQ(query.request_id, "R3");
  EXPECT_EQ(
      Of(403, "<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors></Response>").code,
      "AuthFailure");
  EXPECT_EQ(Of(502, "<html>Bad Gateway").code, "");
  EXPECT_EQ(Of(500, "{broken").code, "");
}

TEST(AwsFailure, CodesSayWhatToDo) {
  const auto code = [](int status, const std::string& name) {
    return ToError(Of(status, "{\"__type\":\"" + name + "\"}"), "put x").code;
  };
  EXPECT_EQ(code(400, "ProvisionedThroughputExceededException"), Code::kThrottled);
  EXPECT_EQ(code(503, "SlowDown"), Code::kThrottled);
  EXPECT_EQ(code(500, "InternalServerError"), Code::kIo);
  EXPECT_EQ(code(400, "ConditionalCheckFailedException"), Code::kConflict);
  EXPECT_EQ(code(412, "PreconditionFailed"), Code::kConflict);
  EXPECT_EQ(code(403, "SignatureDoesNotMatch"), Code::kPermission);
  EXPECT_EQ(code(400, "ExpiredTokenException"), Code::kPermission);
  EXPECT_EQ(code(400, "ResourceNotFoundException"), Code::kNotFound);
  EXPECT_EQ(code(400, "QueueDoesNotExist"), Code::kNotFound);
  EXPECT_EQ(code(400, "ValidationException"), Code::kInvalidArgument);
}

TEST(AwsFailure, MessageNamesAllThatHelps) {
  EXPECT_EQ(
      ToError(Of(403, R"({"__type":"AccessDenied","message":"no"})", {{"x-amzn-requestid", "R"}}),
              "put x")
          .message,
      "put x: AccessDenied: no (request R)");
  EXPECT_EQ(ToError(Of(404, ""), "head x").message, "head x: HTTP 404");
}

}  // namespace
}  // namespace varve::aws
