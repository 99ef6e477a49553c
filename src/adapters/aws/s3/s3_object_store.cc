#include "adapters/aws/s3/s3_object_store.h"

#include <algorithm>
#include <limits>

#include "adapters/aws/core/http_date.h"
#include "adapters/aws/s3/s3_copy.h"
#include "adapters/aws/s3/s3_download.h"
#include "adapters/aws/s3/s3_listing.h"
#include "adapters/aws/s3/s3_tags.h"
#include "adapters/aws/s3/s3_upload.h"

namespace varve::aws {
namespace {

constexpr int kPutTries = 5;  // of a conditional one, each time another writer is in the way

}  // namespace

Result<Versioning> S3ObjectStore::GetVersioning() {
  const std::lock_guard lock(mutex_);
  if (!versioning_) {
    VARVE_ASSIGN_OR_RETURN(versioning_, FindVersioning(bucket_));
  }
  return *versioning_;
}

Result<ObjectInfo> S3ObjectStore::Head(std::string_view key) {
  VARVE_ASSIGN_OR_RETURN(const Versioning versioning, GetVersioning());
  return HeadNewest(bucket_, key, versioning);
}

Result<ListPage> S3ObjectStore::List(std::string_view prefix, std::string_view after, int limit) {
  VARVE_ASSIGN_OR_RETURN(const Versioning versioning, GetVersioning());
  return ListNewest(bucket_, versioning, prefix, after, limit);
}

Result<std::string> S3ObjectStore::Get(std::string_view key, uint64_t bytes_max) {
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max() - 1;
  VARVE_ASSIGN_OR_RETURN(std::string content, GetRange(key, 0, std::min(bytes_max, kMax) + 1));
  if (content.size() <= bytes_max) return content;
  return Error{Code::kLimit,
               bucket_.Url(key) + " has more than " + std::to_string(bytes_max) + " bytes"};
}

Result<std::string> S3ObjectStore::GetRange(std::string_view key, uint64_t offset,
                                            uint64_t bytes_max) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  constexpr uint64_t kLast = std::numeric_limits<int64_t>::max();
  const uint64_t last =
      bytes_max < kLast - std::min(kLast, offset) ? offset + bytes_max - 1 : kLast;
  AwsRequest request = bucket_.Request(bytes_max == 0 ? "HEAD" : "GET", key);
  if (bytes_max != 0) {
    request.headers.emplace_back("Range",
                                 "bytes=" + std::to_string(offset) + "-" + std::to_string(last));
  }
  VARVE_ASSIGN_OR_RETURN(AwsReply reply, bucket_.Send(request, "read", key));
  if (!reply.failure) return std::move(reply.response.body);
  if (reply.failure->status == kRangeNotSatisfiable) return std::string();
  return bucket_.ErrorOf(reply, "read", key);
}

Result<ObjectInfo> S3ObjectStore::Put(std::string_view key, std::string_view content,
                                      PutCondition condition) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  VARVE_ASSIGN_OR_RETURN(const Versioning versioning, GetVersioning());
  AwsRequest request = bucket_.Request("PUT", key);
  request.body = content;
  if (condition == PutCondition::kIfAbsent) request.headers.emplace_back("If-None-Match", "*");
  for (int tries = 1;; ++tries) {
    VARVE_ASSIGN_OR_RETURN(const AwsReply reply, bucket_.Send(request, "write", key));
    if (!reply.failure) {
      ObjectInfo info = InfoOf(reply.response, bucket_.name(), key, versioning);
      info.size_bytes = content.size();
      info.modified_us = ParseHttpDate(reply.response.Header("date")).value_or(0);
      return info;
    }
    if (condition == PutCondition::kIfAbsent && reply.failure->status == 412) {
      return Error{Code::kAlreadyExists, "there is an object " + bucket_.Url(key) + " already"};
    }
    const bool in_the_way = reply.failure->code == "ConditionalRequestConflict";
    if (!in_the_way || tries == kPutTries) return bucket_.ErrorOf(reply, "write", key);
  }
}

Status S3ObjectStore::ReadFile(const ObjectRef& ref, const std::string& path) {
  VARVE_RETURN_IF_ERROR(CheckKey(ref.key));
  VARVE_ASSIGN_OR_RETURN(const Versioning versioning, GetVersioning());
  return Download(bucket_, ref, versioning, path);
}

Status S3ObjectStore::WriteFile(std::string_view key, const std::string& path) {
  return Upload(bucket_, key, path);
}

Status S3ObjectStore::Delete(std::string_view key) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  const auto deleted = bucket_.Call(bucket_.Request("DELETE", key), "delete", key);
  if (deleted.ok()) return Ok{};
  if (deleted.error().code != Code::kNotFound) return Error(deleted.error());
  return Ok{};
}

Status S3ObjectStore::Move(std::string_view from, std::string_view to) {
  VARVE_RETURN_IF_ERROR(CheckKey(to));
  VARVE_ASSIGN_OR_RETURN(const Versioning versioning, GetVersioning());
  VARVE_ASSIGN_OR_RETURN(const ObjectInfo info, HeadNewest(bucket_, from, versioning));
  if (from == to) return Ok{};
  VARVE_RETURN_IF_ERROR(Copy(bucket_, info, versioning, to));
  return Delete(from);
}

Status S3ObjectStore::DeleteVersion(const ObjectRef& ref) {
  VARVE_ASSIGN_OR_RETURN(const Versioning versioning, GetVersioning());
  const VersionSelector selector = SelectorOf(ref, versioning);
  if (!selector.etag.empty()) {
    const auto info = HeadVersion(bucket_, ref, versioning);
    if (!info.ok() && info.error().code == Code::kNotFound) return Ok{};
    if (!info.ok()) return Error(info.error());
  }
  AwsRequest request = bucket_.Request("DELETE", ref.key, selector.query());
  if (selector.version_id.empty()) {
    // What replaces it between the look and the deletion stays, where the store knows conditions.
    request.headers.emplace_back("If-Match", "\"" + selector.etag + "\"");
  }
  VARVE_ASSIGN_OR_RETURN(const AwsReply reply, bucket_.Send(request, "delete", ref.key));
  if (!reply.failure || IsGone(*reply.failure, selector)) return Ok{};
  return bucket_.ErrorOf(reply, "delete", ref.key);
}

Status S3ObjectStore::MoveVersion(const ObjectRef& ref, std::string_view to) {
  VARVE_RETURN_IF_ERROR(CheckKey(to));
  VARVE_ASSIGN_OR_RETURN(const Versioning versioning, GetVersioning());
  VARVE_ASSIGN_OR_RETURN(const ObjectInfo info, HeadVersion(bucket_, ref, versioning));
  if (ref.key == to) return Ok{};
  VARVE_RETURN_IF_ERROR(Copy(bucket_, info, versioning, to));
  return DeleteVersion(ref);
}

Status S3ObjectStore::Tag(const ObjectRef& ref, std::string_view name, std::string_view value) {
  VARVE_ASSIGN_OR_RETURN(const Versioning versioning, GetVersioning());
  return SetTag(bucket_, ref, versioning, name, value);
}

}  // namespace varve::aws
