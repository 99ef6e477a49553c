// S3ObjectStore: a bucket of S3, or of a store that speaks its protocol.
//
// Which version an object is. In a bucket that has, or had, versioning: the version id, and for
// objects from before ("null") the ETag; in any other bucket the ETag. All ways to find an object
// agree: Head and Put are told the id; List asks for versions (ListObjectVersions) in such buckets,
// since ListObjectsV2 tells no ids. Whether there is versioning is asked once
// (s3:GetBucketVersioning); where that cannot be asked, ids are not used at all.
// An ETag is the content's: without versioning, an object replaced by the same bytes is the same
// version.
//
// Without versioning, "exactly the version" is what conditions promise: If-Match for reading,
// copying and deleting. Deleting a version in a bucket with versioning brings back the one before,
// if there is any. Every body is signed with its SHA-256, which the store checks.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "adapters/aws/s3/s3_bucket.h"
#include "adapters/aws/s3/s3_object.h"
#include "ports/object_store.h"

namespace varve::aws {

// Thread-safe.
class S3ObjectStore : public ObjectStore {
 public:
  // `client` must outlive it. Asks nothing before it is used.
  S3ObjectStore(AwsClient& client, std::string bucket, S3Address address)
      : bucket_(client, std::move(bucket), std::move(address)) {}

  const std::string& bucket() const override { return bucket_.name(); }
  Result<ObjectInfo> Head(std::string_view key) override;
  Result<ListPage> List(std::string_view prefix, std::string_view after, int limit) override;
  Result<std::string> Get(std::string_view key, uint64_t bytes_max) override;
  Result<std::string> GetRange(std::string_view key, uint64_t offset, uint64_t bytes_max) override;
  Result<ObjectInfo> Put(std::string_view key, std::string_view content,
                         PutCondition condition) override;
  // Ranges of 16 MiB, four at a time, written as they arrive.
  Status ReadFile(const ObjectRef& ref, const std::string& path) override;
  // Up to 16 MiB by one request, beyond as a multipart upload, four parts at a time.
  Status WriteFile(std::string_view key, const std::string& path) override;
  Status Delete(std::string_view key) override;
  Status Move(std::string_view from, std::string_view to) override;
  Status DeleteVersion(const ObjectRef& ref) override;
  Status MoveVersion(const ObjectRef& ref, std::string_view to) override;
  Status Tag(const ObjectRef& ref, std::string_view name, std::string_view value) override;

 private:
  Result<Versioning> GetVersioning();

  S3Bucket bucket_;
  std::mutex mutex_;
  std::optional<Versioning> versioning_;
};

}  // namespace varve::aws
