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
#include <vector>

#include "adapters/aws/core/aws_client.h"
#include "adapters/aws/credentials/credential_chain.h"
#include "adapters/aws/s3/s3_inputs.h"
#include "adapters/aws/s3/s3_output.h"
#include "adapters/aws/s3/s3_url.h"
#include "etl/convert/convert.h"

namespace varve::cli {

class S3Places {
 public:
  S3Places();
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
  explicit S3Places(Result<aws::Environment> environment);

  aws::S3Bucket& Bucket(const std::string& name);

  const Result<aws::Environment> environment_;  // with what the profile says
  HttpClient http_;
  aws::CredentialChain credentials_{http_, SystemClock(), SystemRandom()};
  aws::AwsClient client_;
  std::map<std::string, aws::S3Bucket> buckets_;
  aws::S3Inputs inputs_;
  std::optional<aws::S3Output> output_;
};

// Refuses an output that is one of the sources, or below one: the next run would read it.
Status CheckS3OutputPlace(const std::string& output, const std::vector<std::string>& sources);

}  // namespace varve::cli
