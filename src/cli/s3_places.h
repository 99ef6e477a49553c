// S3Places: the s3:// URLs of a command, turned into what the engine reads and writes.
//
// Inputs are read from the bucket, and output goes there, while the conversion runs; it appears
// when that has succeeded.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/aws/s3/s3_inputs.h"
#include "adapters/aws/s3/s3_output.h"
#include "adapters/aws/s3/s3_url.h"
#include "cli/aws_session.h"
#include "etl/convert/convert.h"

namespace varve::cli {

class S3Places {
 public:
  // An Error is of the profile's files.
  static Result<std::unique_ptr<S3Places>> Open();
  S3Places(const S3Places&) = delete;
  S3Places& operator=(const S3Places&) = delete;

  // The inputs that the URL means, by names that `inputs` opens. kNotFound: none.
  Result<std::vector<std::string>> Expand(const std::string& url);
  aws::S3Inputs& inputs() { return inputs_; }

  // Makes options->output, an S3 URL, a place to write to, having made sure that it is free.
  Status TakeOutput(ConvertOptions* options);
  // Lets what the conversion wrote appear, if that was in S3.
  Status Publish(ConvertSummary* summary, const std::atomic<bool>* cancel);

 private:
  explicit S3Places(std::unique_ptr<AwsSession> session) : session_(std::move(session)) {}

  aws::S3Bucket& Bucket(const std::string& name);

  const std::unique_ptr<AwsSession> session_;
  std::map<std::string, aws::S3Bucket> buckets_;
  aws::S3Inputs inputs_;
  std::optional<aws::S3Output> output_;
};

// Refuses an output that is one of the sources, or below one: the next run would read it.
Status CheckS3OutputPlace(const std::string& output, const std::vector<std::string>& sources);

}  // namespace varve::cli
