// S3Places: the s3:// URLs of a command, turned into what the engine reads and writes.
//
// Inputs are read from the bucket while the conversion runs. Output is written to a temporary
// folder (in $TMPDIR) and uploaded when the conversion succeeded.
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
  ~S3Places();  // the temporary folder goes
  S3Places(const S3Places&) = delete;
  S3Places& operator=(const S3Places&) = delete;

  // The inputs that the URL means, by names that `inputs` opens. kNotFound: none.
  Result<std::vector<std::string>> Expand(const std::string& url);
  aws::S3Inputs& inputs() { return inputs_; }

  // Puts a local folder in the place of options->output, an S3 URL, having made sure that the
  // latter is free.
  Status TakeOutput(ConvertOptions* options);
  // Uploads what the conversion wrote, and names it in the summary by its URLs. In a dry run there
  // is nothing to upload.
  Status Publish(const ConvertOptions& options, ConvertSummary* summary,
                 const std::atomic<bool>* cancel);
  // As the user wrote it.
  const std::string& output_url() const { return output_url_; }

 private:
  explicit S3Places(Result<aws::Environment> environment);

  aws::S3Bucket& Bucket(const std::string& name);
  std::string KeyOf(const std::string& path) const;
  std::string UrlOf(const std::string& path) const;

  const Result<aws::Environment> environment_;  // with what the profile says
  HttpClient http_;
  aws::CredentialChain credentials_{http_, SystemClock(), SystemRandom()};
  aws::AwsClient client_;
  std::map<std::string, aws::S3Bucket> buckets_;
  aws::S3Inputs inputs_;

  std::optional<aws::S3Output> output_;
  std::string output_url_;
  std::string output_bucket_;
  std::string key_root_;          // what local_root_ is in the bucket
  std::string local_root_;        // ends with "/"
  std::string temporary_folder_;  // to be removed
};

// Refuses an output that is one of the sources, or below one: the next run would read it.
Status CheckS3OutputPlace(const std::string& output, const std::vector<std::string>& sources);

}  // namespace varve::cli
