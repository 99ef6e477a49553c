#include "adapters/aws/s3/s3_bucket.h"

#include "model/object_ref.h"

namespace varve::aws {
namespace {

constexpr size_t kKeyBytesMax = 1024;
constexpr int64_t kTimeoutMs = 300'000;  // 16 MiB over a slow line

}  // namespace

S3Address AddressOf(std::string_view bucket, std::string_view region,
                    const Environment& environment) {
  const std::string endpoint = EndpointOf("s3", region, environment);
  if (ConfiguredEndpoint("s3", environment) || bucket.find('.') != bucket.npos) {
    return {endpoint, "/" + std::string(bucket) + "/"};
  }
  const std::string scheme = "https://";
  return {scheme + std::string(bucket) + "." + endpoint.substr(scheme.size()), "/"};
}

std::string S3Bucket::Url(std::string_view key) const {
  std::string shown = ToString(ObjectRef{name_, std::string(key), ""});
  shown.pop_back();  // the "@" of a version
  return "s3://" + shown;
}

AwsRequest S3Bucket::Request(std::string_view method, std::string_view key, Query query) const {
  AwsRequest request;
  request.service = "s3";
  request.method = std::string(method);
  request.endpoint = address_.endpoint;
  request.path = address_.path + std::string(key);
  request.query = std::move(query);
  request.timeout_ms = kTimeoutMs;
  return request;
}

Result<AwsReply> S3Bucket::Send(const AwsRequest& request, std::string_view verb,
                                std::string_view key) {
  auto reply = client_.Send(request);
  if (!reply.ok()) return std::move(reply).error().WithContext(std::string(verb) + " " + Url(key));
  return reply;
}

Result<HttpResponse> S3Bucket::Call(const AwsRequest& request, std::string_view verb,
                                    std::string_view key) {
  VARVE_ASSIGN_OR_RETURN(AwsReply reply, Send(request, verb, key));
  if (reply.failure) return ErrorOf(reply, verb, key);
  return std::move(reply.response);
}

Error S3Bucket::ErrorOf(const AwsReply& reply, std::string_view verb, std::string_view key) const {
  Error error = ToError(*reply.failure, std::string(verb) + " " + Url(key));
  const std::string_view region = reply.response.Header("x-amz-bucket-region");
  if (!region.empty() && region != client_.region()) {
    error.code = Code::kInvalidArgument;
    error.message.append("; the bucket is in ").append(region).append(": set AWS_REGION=");
    error.message.append(region);
  } else if (reply.failure->code == "NoSuchBucket") {
    error.message.append("; check the bucket's name, AWS_REGION and AWS_ENDPOINT_URL_S3");
  } else if (error.code == Code::kPermission) {
    error.message.append("; check the credentials, and that their policy allows this");
  }
  return error;
}

Status CheckKey(std::string_view key) {
  if (!key.empty() && key.size() <= kKeyBytesMax) return Ok{};
  return Error{Code::kInvalidArgument,
               "a key has 1 to 1024 bytes, not " + std::to_string(key.size())};
}

}  // namespace varve::aws
