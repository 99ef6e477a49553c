// AwsSession: who this process is to AWS, and where its services answer, as the environment and the
// profile say.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/aws/core/aws_client.h"
#include "adapters/aws/core/endpoint.h"
#include "adapters/aws/credentials/credential_chain.h"
#include "adapters/aws/s3/s3_bucket.h"
#include "adapters/http/http_client.h"
#include "ports/object_store.h"

namespace varve::cli {

// Thread-safe. Asks nothing of AWS by itself.
class AwsSession {
 public:
  // Reads the profile, unless the environment says it all; an Error is of the profile's files.
  static Result<std::unique_ptr<AwsSession>> Open(const aws::Environment& environment);

  aws::AwsClient& client() { return client_; }
  std::string EndpointOf(std::string_view service) const;
  aws::S3Address AddressOf(std::string_view bucket) const;
  // What is below an s3:// URL. The store's keys are the bucket's; it must not outlive this.
  Result<std::unique_ptr<ObjectStore>> OpenBucket(const std::string& url);

 private:
  explicit AwsSession(aws::Environment environment);

  const aws::Environment environment_;
  HttpClient http_;
  aws::CredentialChain credentials_;
  aws::AwsClient client_;
};

}  // namespace varve::cli
