// S3Output: where a conversion's files go when that is a bucket.
//
// They are written to a local folder first, then staged (large ones as uploads that only wait to
// be completed), and appear one right after the other when all are there.
#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "adapters/aws/s3/s3_bucket.h"
#include "base/result.h"

namespace varve::aws {

struct S3OutputFile {
  std::string path;  // local
  std::string key;
};

class S3Output {
 public:
  // `key`: of one file if it ends in ".parquet", else a prefix. `bucket` must outlive it.
  S3Output(S3Bucket& bucket, std::string key, bool overwrite);

  // Refuses (kAlreadyExists, naming --overwrite) a place that holds data files, or the bad lines of
  // an earlier conversion, which would go to `quarantine_key`.
  Status CheckIsFree(const std::string& quarantine_key);
  // All or, on an error or cancel, none of them; then, with overwrite, older files go.
  Status Publish(const std::vector<S3OutputFile>& files, const std::atomic<bool>* cancel);

  const std::string& prefix() const { return key_; }  // ends with "/", unless it is one file

 private:
  bool is_file() const;
  // Keys of earlier conversions: data files, and with `bad_lines` quarantine files too.
  Result<std::vector<std::string>> Older(bool bad_lines);
  Status RemoveOlder(const std::vector<S3OutputFile>& files);

  S3Bucket& bucket_;
  std::string key_;
  const bool overwrite_;
};

}  // namespace varve::aws
