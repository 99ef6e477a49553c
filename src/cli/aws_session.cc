#include "cli/aws_session.h"

#include <utility>

#include "adapters/aws/core/profile_environment.h"
#include "adapters/aws/s3/s3_object_store.h"
#include "adapters/aws/s3/s3_url.h"
#include "base/clock.h"
#include "base/random.h"

namespace varve::cli {
namespace {

aws::AwsClientSettings ClientSettings(const aws::Environment& environment) {
  aws::AwsClientSettings settings;
  settings.region = aws::RegionOf(environment);
  return settings;
}

}  // namespace

Result<std::unique_ptr<AwsSession>> AwsSession::Open(const aws::Environment& environment) {
  VARVE_ASSIGN_OR_RETURN(aws::Environment with_profile, aws::WithProfile(environment));
  return std::unique_ptr<AwsSession>(new AwsSession(std::move(with_profile)));
}

AwsSession::AwsSession(aws::Environment environment)
    : environment_(std::move(environment)),
      credentials_(http_, SystemClock(), SystemRandom(), environment_),
      client_(http_, credentials_, SystemClock(), SystemRandom(), ClientSettings(environment_)) {}

std::string AwsSession::EndpointOf(std::string_view service) const {
  return aws::EndpointOf(service, client_.region(), environment_);
}

aws::S3Address AwsSession::AddressOf(std::string_view bucket) const {
  return aws::AddressOf(bucket, client_.region(), environment_);
}

Result<std::unique_ptr<ObjectStore>> AwsSession::OpenBucket(const std::string& url) {
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url place, aws::ParseS3Url(url));
  return std::unique_ptr<ObjectStore>(
      std::make_unique<aws::S3ObjectStore>(client_, place.bucket, AddressOf(place.bucket)));
}

}  // namespace varve::cli
