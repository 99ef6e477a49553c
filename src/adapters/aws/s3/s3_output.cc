#include "adapters/aws/s3/s3_output.h"

#include <algorithm>
#include <set>

#include "adapters/aws/s3/in_parallel.h"
#include "adapters/aws/s3/s3_listing.h"
#include "adapters/aws/s3/s3_object.h"
#include "adapters/aws/s3/s3_url.h"

namespace varve::aws {
namespace {

constexpr size_t kPublishThreads = 16;                  // they wait more than they work
constexpr size_t kPartsHeldMax = kTransferThreads + 1;  // while they are on their way
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
    : bucket_(bucket),
      key_(std::move(key)),
      overwrite_(overwrite),
      uploader_(kTransferThreads, kPartsHeldMax) {
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

Status S3Output::RemoveOlder() {
  std::set<std::string> fresh;
  for (const auto& object : staged_) fresh.insert(object->key());
  std::vector<std::string> older;
  if (is_file()) {
    older.push_back(key_ + ".quarantine.ndjson");
  } else {
    VARVE_ASSIGN_OR_RETURN(older, Older(true));
  }
  std::erase_if(older, [&fresh](const std::string& key) { return fresh.contains(key); });
  return InParallel(older.size(), kPublishThreads,
                    [&](size_t i) { return Remove(bucket_, older[i]); });
}

Result<std::unique_ptr<parquet::RemoteFile>> S3Output::Create(const std::string& url) {
  VARVE_ASSIGN_OR_RETURN(S3Url parsed, ParseS3Url(url));
  VARVE_RETURN_IF_ERROR(CheckKey(parsed.key));
  auto object = std::make_shared<StagedObject>(bucket_, std::move(parsed.key), kept_bytes_);
  return std::unique_ptr<parquet::RemoteFile>(std::make_unique<S3OutputFile>(
      std::move(object), uploader_,
      [this](std::shared_ptr<StagedObject> staged) { staged_.push_back(std::move(staged)); }));
}

Status S3Output::PublishAll(const std::atomic<bool>* cancel) {
  uploader_.Wait();
  for (const auto& object : staged_) VARVE_RETURN_IF_ERROR(object->Check());
  return InParallel(staged_.size(), kPublishThreads, [&](size_t i) -> Status {
    if (cancel != nullptr && *cancel) return Error{Code::kCancelled, "interrupted"};
    return staged_[i]->Publish();
  });
}

Status S3Output::Publish(const std::atomic<bool>* cancel) {
  Status published = PublishAll(cancel);
  if (published.ok()) return overwrite_ ? RemoveOlder() : Ok{};
  static_cast<void>(InParallel(staged_.size(), kPublishThreads, [&](size_t i) -> Status {
    // What was replaced cannot be brought back; what is new goes again.
    if (!overwrite_ && staged_[i]->may_be_visible()) {
      static_cast<void>(Remove(bucket_, staged_[i]->key()));
    }
    staged_[i].reset();
    return Ok{};
  }));
  staged_.clear();
  return published;
}

}  // namespace varve::aws
