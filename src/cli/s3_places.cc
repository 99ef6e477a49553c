#include "cli/s3_places.h"

#include <chrono>
#include <utility>

#include "adapters/aws/s3/s3_expand.h"
#include "etl/convert/dataset_writer.h"

namespace varve::cli {
namespace {

std::string WithoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Result<std::unique_ptr<S3Places>> S3Places::Open() {
  VARVE_ASSIGN_OR_RETURN(auto session, AwsSession::Open(aws::ProcessEnvironment));
  return std::unique_ptr<S3Places>(new S3Places(std::move(session)));
}

aws::S3Bucket& S3Places::Bucket(const std::string& name) {
  return buckets_.try_emplace(name, session_->client(), name, session_->AddressOf(name))
      .first->second;
}

Result<std::vector<std::string>> S3Places::Expand(const std::string& url) {
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url parsed, aws::ParseS3Url(url));
  aws::S3Bucket& bucket = Bucket(parsed.bucket);
  auto objects = aws::ExpandS3(bucket, parsed.key);
  if (!objects.ok()) return std::move(objects).error();
  std::vector<std::string> names;
  for (const ObjectInfo& object : *objects) names.push_back(inputs_.Add(bucket, object));
  return names;
}

Status S3Places::TakeOutput(ConvertOptions* options) {
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url url, aws::ParseS3Url(options->output));
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url quarantine, aws::ParseS3Url(QuarantinePath(*options)));
  output_.emplace(Bucket(url.bucket), url.key, options->overwrite);
  options->remote_output = &*output_;
  return output_->CheckIsFree(quarantine.key);
}

Status S3Places::Publish(ConvertSummary* summary, const std::atomic<bool>* cancel) {
  if (!output_) return Ok{};
  const auto start = std::chrono::steady_clock::now();
  VARVE_RETURN_IF_ERROR(output_->Publish(cancel));
  summary->seconds +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return Ok{};
}

Status CheckS3OutputPlace(const std::string& output, const std::vector<std::string>& sources) {
  const std::string place = WithoutSlash(output);
  for (const std::string& source : sources) {
    if (!aws::IsS3Url(source)) continue;
    const std::string input = WithoutSlash(source);
    const bool same = place == input;
    if (!same && !place.starts_with(input + "/")) continue;
    return Error{Code::kInvalidArgument, "output " + output +
                                             (same ? " is the input " : " is inside the input ") +
                                             source + "; choose a place outside of it"};
  }
  return Ok{};
}

}  // namespace varve::cli
