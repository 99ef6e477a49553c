// JsonService: the "JSON 1.0 / 1.1" protocol, which DynamoDB, SQS, Step Functions and others speak:
// a POST to "/" whose X-Amz-Target names the action. Thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/aws/core/aws_client.h"
#include "base/result.h"

namespace varve::aws {

struct JsonProtocol {
  std::string_view service;  // signing name: "dynamodb"
  std::string_view target;   // "DynamoDB_20120810"
  std::string_view version;  // "1.0"
};

inline constexpr JsonProtocol kDynamoDb = {"dynamodb", "DynamoDB_20120810", "1.0"};
inline constexpr JsonProtocol kSqs = {"sqs", "AmazonSQS", "1.0"};
inline constexpr JsonProtocol kStepFunctions = {"states", "AWSStepFunctions", "1.0"};

struct JsonReply {
  nlohmann::json body;                // of a success; an object
  std::optional<AwsFailure> failure;  // else what the service said
};

// A text of an answer; empty: there is none of that name.
std::string TextOf(const nlohmann::json& object, std::string_view name);

class JsonService {
 public:
  // `client` must outlive it. `endpoint` without a slash at its end.
  JsonService(AwsClient& client, JsonProtocol protocol, std::string endpoint)
      : client_(client), protocol_(protocol), endpoint_(std::move(endpoint)) {}

  // Errors as of AwsClient::Send; kCorrupt when a success is no JSON.
  Result<JsonReply> Send(std::string_view action, const nlohmann::json& input);
  // The same, where no failure is expected: `what` begins its message.
  Result<nlohmann::json> Call(std::string_view action, const nlohmann::json& input,
                              std::string_view what);

 private:
  AwsClient& client_;
  const JsonProtocol protocol_;
  const std::string endpoint_;
};

}  // namespace varve::aws
