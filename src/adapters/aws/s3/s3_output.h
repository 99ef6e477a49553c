// S3Output: where a conversion's files go when that is a bucket.
//
// They are uploaded while they are written, and stay invisible: large ones as uploads that only
// wait to be completed, small ones in memory. All appear one right after the other when the
// conversion has succeeded.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adapters/aws/s3/s3_bucket.h"
#include "adapters/aws/s3/s3_output_file.h"
#include "adapters/aws/s3/uploader.h"
#include "base/result.h"
#include "etl/parquet/remote_outputs.h"

namespace varve::aws {

// Holds at most 48 MiB of parts that are on their way, and 64 MiB of small files.
// Thread-safety: one thread at a time.
class S3Output : public parquet::RemoteOutputs {
 public:
  // `key`: of one file if it ends in ".parquet", else a prefix. `bucket` must outlive it. Destroyed
  // before Publish, nothing remains.
  S3Output(S3Bucket& bucket, std::string key, bool overwrite);

  // Refuses (kAlreadyExists, naming --overwrite) a place that holds data files, or the bad lines of
  // an earlier conversion, which would go to `quarantine_key`.
  Status CheckIsFree(const std::string& quarantine_key);
  // Of an URL in this bucket.
  Result<std::unique_ptr<parquet::RemoteFile>> Create(const std::string& url) override;
  // All that were published or, on an error or cancel, none of them; then, with overwrite, older
  // files go.
  Status Publish(const std::atomic<bool>* cancel);

 private:
  bool is_file() const;
  // Keys of earlier conversions: data files, and with `bad_lines` quarantine files too.
  Result<std::vector<std::string>> Older(bool bad_lines);
  Status PublishAll(const std::atomic<bool>* cancel);
  Status RemoveOlder();

  S3Bucket& bucket_;
  std::string key_;
  const bool overwrite_;
  std::atomic<uint64_t> kept_bytes_{0};
  Uploader uploader_;
  std::vector<std::shared_ptr<StagedObject>> staged_;  // those to be published
};

}  // namespace varve::aws
