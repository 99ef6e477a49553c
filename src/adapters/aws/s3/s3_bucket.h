// S3Bucket: requests to one bucket, and what their failures mean.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "adapters/aws/core/aws_client.h"
#include "adapters/aws/core/endpoint.h"
#include "base/result.h"

namespace varve::aws {

// Where a bucket answers. Path style ("https://host/bucket/key") at an endpoint that was
// configured, whose certificate and DNS rarely have names of buckets, and for buckets with dots,
// which AWS's certificate does not cover; else virtual-host style, the only one AWS promises to
// keep.
struct S3Address {
  std::string endpoint;  // "https://bucket.s3.eu-west-1.amazonaws.com"
  std::string path;      // "/", or "/bucket/"
};
S3Address AddressOf(std::string_view bucket, std::string_view region,
                    const Environment& environment = ProcessEnvironment);

// Thread-safe.
class S3Bucket {
 public:
  // `client` must outlive it.
  S3Bucket(AwsClient& client, std::string name, S3Address address)
      : client_(client), name_(std::move(name)), address_(std::move(address)) {}

  const std::string& name() const { return name_; }
  // "s3://bucket/key", fit to be printed.
  std::string Url(std::string_view key) const;

  // Of an object, or with an empty key of the bucket.
  AwsRequest Request(std::string_view method, std::string_view key, Query query = {}) const;
  Result<AwsReply> Send(const AwsRequest& request, std::string_view verb, std::string_view key);
  // The same, where no failure is expected. Errors begin with "VERB s3://bucket/key".
  Result<HttpResponse> Call(const AwsRequest& request, std::string_view verb, std::string_view key);

  // What a failure means to people: that it may be the region, the credentials, the bucket.
  Error ErrorOf(const AwsReply& reply, std::string_view verb, std::string_view key) const;

 private:
  AwsClient& client_;
  const std::string name_;
  const S3Address address_;
};

// S3's own limits on keys: 1 to 1024 bytes of UTF-8.
Status CheckKey(std::string_view key);

}  // namespace varve::aws
