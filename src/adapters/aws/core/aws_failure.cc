#include "adapters/aws/core/aws_failure.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

namespace varve::aws {
namespace {

using nlohmann::json;

std::string Member(const json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = object.find(name);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

// "com.amazonaws.dynamodb.v20120810#ThrottlingException", "Code:http://…": the name alone.
std::string BareCode(std::string code) {
  code.erase(std::min(code.find(':'), code.size()));
  if (const size_t hash = code.rfind('#'); hash != code.npos) code.erase(0, hash + 1);
  return code;
}

void ReadJson(std::string_view body, AwsFailure* failure) {
  const json object = json::parse(body, nullptr, false);
  if (!object.is_object()) return;
  if (failure->code.empty()) failure->code = Member(object, {"__type", "code", "Code"});
  failure->message = Member(object, {"message", "Message", "errorMessage"});
}

// <Error>… of S3, <ErrorResponse><Error>…</Error><RequestId>… of the query protocol, in which EC2
// and moto put <Errors> around it.
void ReadXml(std::string_view body, AwsFailure* failure) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return;
  pugi::xml_node error = document.child("Error");
  if (!error) error = document.document_element().child("Error");
  if (!error) error = document.document_element().child("Errors").child("Error");
  failure->code = error.child_value("Code");
  failure->message = error.child_value("Message");
  if (failure->request_id.empty()) {
    const char* id = error.child_value("RequestId");
    failure->request_id = *id != '\0' ? id : document.document_element().child_value("RequestId");
  }
}

bool IsOneOf(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

Code CodeOf(const AwsFailure& failure) {
  if (IsThrottling(failure)) return Code::kThrottled;
  if (IsTransient(failure)) return Code::kIo;
  if (IsOneOf(failure.code, {"PreconditionFailed", "ConditionalCheckFailedException",
                             "TransactionCanceledException", "ConditionalRequestConflict"})) {
    return Code::kConflict;
  }
  if (failure.status == 401 || failure.status == 403 || IsExpiredCredentials(failure) ||
      IsOneOf(failure.code, {"AccessDenied", "AccessDeniedException", "UnrecognizedClientException",
                             "InvalidSignatureException", "SignatureDoesNotMatch",
                             "InvalidClientTokenId", "MissingAuthenticationToken"})) {
    return Code::kPermission;
  }
  if (failure.status == 404 || failure.code == "ResourceNotFoundException" ||
      failure.code.find("DoesNotExist") != failure.code.npos ||
      failure.code.find("NonExistent") != failure.code.npos) {
    return Code::kNotFound;
  }
  if (failure.status == 409 || failure.status == 412) return Code::kConflict;
  return Code::kInvalidArgument;
}

}  // namespace

AwsFailure ParseFailure(const HttpResponse& response) {
  AwsFailure failure;
  failure.status = response.status;
  failure.body = response.body;
  failure.code = std::string(response.Header("x-amzn-errortype"));
  for (const char* name : {"x-amzn-requestid", "x-amz-request-id"}) {
    if (failure.request_id.empty()) failure.request_id = std::string(response.Header(name));
  }
  const size_t first = response.body.find_first_not_of(" \t\r\n");
  if (first != response.body.npos && response.body[first] == '{') ReadJson(response.body, &failure);
  if (first != response.body.npos && response.body[first] == '<') ReadXml(response.body, &failure);
  failure.code = BareCode(std::move(failure.code));
  return failure;
}

bool IsThrottling(const AwsFailure& failure) {
  return failure.status == 429 ||
         IsOneOf(failure.code,
                 {"Throttling", "ThrottlingException", "ThrottledException", "ThrottledRequest",
                  "RequestThrottled", "RequestThrottledException", "TooManyRequestsException",
                  "ProvisionedThroughputExceededException", "TransactionInProgressException",
                  "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
                  "ConcurrentRunsExceededException", "SlowDown", "PriorRequestNotComplete"});
}

bool IsExpiredCredentials(const AwsFailure& failure) {
  return IsOneOf(failure.code, {"ExpiredToken", "ExpiredTokenException", "RequestExpired"});
}

bool IsClockSkew(const AwsFailure& failure) {
  return IsOneOf(failure.code, {"RequestTimeTooSkewed", "RequestInTheFuture"}) ||
         (failure.code == "InvalidSignatureException" &&
          (failure.message.find("Signature expired") != failure.message.npos ||
           failure.message.find("Signature not yet current") != failure.message.npos));
}

bool IsTransient(const AwsFailure& failure) {
  const bool never = failure.status == 501;  // the store has no such call
  return (failure.status >= 500 && !never) || failure.status == 408 || IsThrottling(failure) ||
         IsOneOf(failure.code, {"RequestTimeout", "RequestTimeoutException", "InternalError",
                                "InternalServerError", "InternalFailure", "ServiceUnavailable",
                                "TransactionConflictException"});
}

Error ToError(const AwsFailure& failure, std::string_view what) {
  std::string message(what);
  message.append(": ").append(failure.code.empty() ? "HTTP " + std::to_string(failure.status)
                                                   : failure.code);
  if (!failure.message.empty()) message.append(": ").append(failure.message);
  if (!failure.request_id.empty()) {
    message.append(" (request ").append(failure.request_id).append(")");
  }
  return Error{CodeOf(failure), std::move(message)};
}

}  // namespace varve::aws
