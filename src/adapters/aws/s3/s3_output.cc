#include "adapters/aws/s3/s3_output.h"

#include <algorithm>
#include <set>

#include "adapters/aws/s3/in_parallel.h"
#include "adapters/aws/s3/s3_listing.h"
#include "adapters/aws/s3/s3_object.h"
#include "adapters/aws/s3/s3_upload.h"

namespace varve::aws {
namespace {

constexpr std::string_view kRemedy = "; choose another place or add --overwrite to replace it";

// What readers of a dataset would take for data.
bool IsDataFile(std::string_view key) {
  const std::string_view name = key.substr(key.rfind('/') + 1);
  return name.ends_with(".parquet") && !name.starts_with('.');
}

Result<bool> Exists(S3Bucket& bucket, const std::string& key) {
  const auto object = HeadNewest(bucket, key, Versioning::kNever);
  if (object.ok()) return true;
  if (object.error().code == Code::kNotFound) return false;
  return Error(object.error());
}

Status Remove(S3Bucket& bucket, const std::string& key) {
  VARVE_RETURN_IF_ERROR(bucket.Call(bucket.Request("DELETE", key), "delete", key));
  return Ok{};
}

}  // namespace

S3Output::S3Output(S3Bucket& bucket, std::string key, bool overwrite)
    : bucket_(bucket), key_(std::move(key)), overwrite_(overwrite) {
  if (!is_file() && !key_.empty() && !key_.ends_with('/')) key_.push_back('/');
}

bool S3Output::is_file() const { return key_.ends_with(".parquet"); }

Result<std::vector<std::string>> S3Output::Older(bool bad_lines) {
  std::vector<std::string> keys;
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(ListPage page,
                           ListNewest(bucket_, Versioning::kNever, key_, after, kListMax));
    for (ObjectInfo& object : page.objects) {
      const std::string& key = object.ref.key;
      const bool quarantine = key.starts_with(key_ + "_quarantine/") && key.ends_with(".ndjson");
      if (IsDataFile(key) || (bad_lines && quarantine)) keys.push_back(key);
    }
    after = std::move(page.next);
  } while (!after.empty());
  return keys;
}

Status S3Output::CheckIsFree(const std::string& quarantine_key) {
  if (overwrite_) return Ok{};
  if (is_file()) {
    VARVE_ASSIGN_OR_RETURN(const bool exists, Exists(bucket_, key_));
    if (exists) {
      return Error{Code::kAlreadyExists,
                   "output " + bucket_.Url(key_) + " exists" + std::string(kRemedy)};
    }
  } else {
    VARVE_ASSIGN_OR_RETURN(const std::vector<std::string> older, Older(false));
    if (!older.empty()) {
      return Error{Code::kAlreadyExists, "output " + bucket_.Url(key_) +
                                             " already holds Parquet files" + std::string(kRemedy)};
    }
  }
  VARVE_ASSIGN_OR_RETURN(const bool bad_lines, Exists(bucket_, quarantine_key));
  if (!bad_lines) return Ok{};
  return Error{Code::kAlreadyExists, bucket_.Url(quarantine_key) +
                                         " holds bad lines of an earlier conversion" +
                                         std::string(kRemedy)};
}

Status S3Output::RemoveOlder(const std::vector<S3OutputFile>& files) {
  std::set<std::string> fresh;
  for (const S3OutputFile& file : files) fresh.insert(file.key);
  std::vector<std::string> older;
  if (is_file()) {
    older.push_back(key_ + ".quarantine.ndjson");
  } else {
    VARVE_ASSIGN_OR_RETURN(older, Older(true));
  }
  std::erase_if(older, [&fresh](const std::string& key) { return fresh.contains(key); });
  return InParallel(older.size(), kTransferThreads,
                    [&](size_t i) { return Remove(bucket_, older[i]); });
}

Status S3Output::Publish(const std::vector<S3OutputFile>& files, const std::atomic<bool>* cancel) {
  std::vector<StagedFile> staged;
  for (const S3OutputFile& file : files) {
    VARVE_ASSIGN_OR_RETURN(StagedFile one, StagedFile::Stage(bucket_, file.key, file.path, cancel));
    staged.push_back(std::move(one));
  }
  Status published = InParallel(staged.size(), kTransferThreads, [&](size_t i) -> Status {
    if (cancel != nullptr && *cancel) return Error{Code::kCancelled, "interrupted"};
    return staged[i].Publish();
  });
  if (published.ok()) return overwrite_ ? RemoveOlder(files) : Ok{};
  // What was replaced cannot be brought back; what is new goes again.
  if (!overwrite_) {
    const Status ignored = InParallel(files.size(), kTransferThreads, [&](size_t i) -> Status {
      static_cast<void>(Remove(bucket_, files[i].key));
      return Ok{};
    });
    static_cast<void>(ignored);
  }
  return published;
}

}  // namespace varve::aws
