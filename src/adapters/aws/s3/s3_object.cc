#include "adapters/aws/s3/s3_object.h"

#include <algorithm>
#include <charconv>

#include "adapters/aws/core/http_date.h"

namespace varve::aws {
namespace {

constexpr size_t kMd5HexSize = 32;

bool IsIn(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == text.npos;
}

// 32 hexadecimal digits, after a multipart upload "-" and the number of parts. No version id of
// AWS, MinIO (UUID) or versitygw (ULID) looks so.
bool LooksLikeETag(std::string_view text) {
  if (text.size() < kMd5HexSize || !IsIn(text.substr(0, kMd5HexSize), "0123456789abcdef")) {
    return false;
  }
  const std::string_view rest = text.substr(kMd5HexSize);
  return rest.empty() || (rest[0] == '-' && rest.size() > 1 && IsIn(rest.substr(1), "0123456789"));
}

uint64_t Number(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Query VersionSelector::query() const {
  if (version_id.empty()) return {};
  return {{"versionId", version_id}};
}

VersionSelector SelectorOf(const ObjectRef& ref, Versioning versioning) {
  if (versioning == Versioning::kNever) return {"", ref.version};
  if (LooksLikeETag(ref.version)) return {"null", ref.version};
  return {ref.version, ""};
}

std::string VersionOf(std::string_view version_id, std::string_view etag, Versioning versioning) {
  const bool is_id = versioning == Versioning::kEver && !version_id.empty() && version_id != "null";
  return is_id ? std::string(version_id) : WithoutQuotes(etag);
}

std::string WithoutQuotes(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

ObjectInfo InfoOf(const HttpResponse& response, std::string_view bucket, std::string_view key,
                  Versioning versioning) {
  ObjectInfo info;
  info.etag = WithoutQuotes(response.Header("etag"));
  info.ref = {std::string(bucket), std::string(key),
              VersionOf(response.Header("x-amz-version-id"), info.etag, versioning)};
  info.size_bytes = Number(response.Header("content-length"));
  info.modified_us = ParseHttpDate(response.Header("last-modified")).value_or(0);
  return info;
}

Result<ObjectInfo> HeadNewest(S3Bucket& bucket, std::string_view key, Versioning versioning) {
  VARVE_RETURN_IF_ERROR(CheckKey(key));
  VARVE_ASSIGN_OR_RETURN(const HttpResponse response,
                         bucket.Call(bucket.Request("HEAD", key), "look at", key));
  return InfoOf(response, bucket.name(), key, versioning);
}

Result<ObjectInfo> HeadVersion(S3Bucket& bucket, const ObjectRef& ref, Versioning versioning) {
  const VersionSelector selector = SelectorOf(ref, versioning);
  const AwsRequest request = bucket.Request("HEAD", ref.key, selector.query());
  VARVE_ASSIGN_OR_RETURN(const AwsReply reply, bucket.Send(request, "look at", ref.key));
  if (reply.failure && IsGone(*reply.failure, selector)) return Gone(ref);
  if (reply.failure) return bucket.ErrorOf(reply, "look at", ref.key);
  ObjectInfo info = InfoOf(reply.response, bucket.name(), ref.key, versioning);
  if (!selector.etag.empty() && info.etag != selector.etag) return Gone(ref);
  info.ref = ref;
  return info;
}

bool IsGone(const AwsFailure& failure, const VersionSelector& selector) {
  if (failure.code == "NoSuchBucket") return false;
  // 405: it is a delete marker. 400: no id of this store, so none of its versions has it.
  return failure.status == 404 || failure.status == 412 || failure.status == 405 ||
         (failure.status == 400 && !selector.version_id.empty());
}

Error Gone(const ObjectRef& ref) {
  return Error{Code::kNotFound, "s3://" + ToString(ref) + " is gone"};
}

}  // namespace varve::aws
