// S3OutputFile: an object that is written from beginning to end while a conversion runs.
//
// What fills a part goes to the bucket at once, as a part of an upload that readers do not see;
// what is smaller than a part is kept, as long as that is little for all files together.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/aws/s3/s3_multipart.h"
#include "adapters/aws/s3/uploader.h"
#include "base/buffer.h"
#include "base/result.h"
#include "etl/parquet/remote_outputs.h"

namespace varve::aws {

// The bytes of part `number`, from 1, of an object whose size is not known yet: 8 MiB, all the same
// up to 15 GiB as some stores want it, and growing so that 10 000 parts hold 484 GiB.
uint64_t PartBytesOf(int number);

// An object on its way. Shared by those who put its parts; destroyed before Publish, nothing
// remains of it. Thread-safe.
class StagedObject {
 public:
  // Small ones together take up to `kept_bytes`, which is counted there. All must outlive it.
  StagedObject(S3Bucket& bucket, std::string key, std::atomic<uint64_t>& kept_bytes)
      : bucket_(bucket), key_(std::move(key)), kept_bytes_(kept_bytes) {}
  ~StagedObject();
  StagedObject(const StagedObject&) = delete;
  StagedObject& operator=(const StagedObject&) = delete;

  const std::string& key() const { return key_; }

  // A failure is kept, for Check and Publish to tell.
  void PutPart(int number, std::string_view content);
  // Keeps all of a small one, to be written by Publish; false: there is no room.
  bool Keep(Buffer& content);
  // Parts that come after it are not put any more.
  void Drop() { dropped_ = true; }
  Status Check() const;
  bool may_be_visible() const { return may_be_visible_; }
  // After all parts were put.
  Status Publish();

 private:
  Result<MultipartUpload*> Upload();
  void Fail(Error error);

  S3Bucket& bucket_;
  const std::string key_;
  std::atomic<uint64_t>& kept_bytes_;
  std::atomic<bool> dropped_{false};
  std::atomic<bool> may_be_visible_{false};
  mutable std::mutex mutex_;
  std::optional<Error> failed_;
  std::mutex begin_mutex_;                 // held while the upload is begun
  std::optional<MultipartUpload> upload_;  // none: no part was put
  Buffer kept_;
};

class S3OutputFile : public parquet::RemoteFile {
 public:
  // Gives `object` to `published` when it is published. All must outlive it.
  S3OutputFile(std::shared_ptr<StagedObject> object, Uploader& uploader,
               std::function<void(std::shared_ptr<StagedObject>)> published)
      : object_(std::move(object)), uploader_(uploader), published_(std::move(published)) {}
  ~S3OutputFile() override;

  Status Append(std::span<const std::span<const uint8_t>> pieces) override;
  Status Close() override;
  Status Publish() override;

 private:
  void PutPart();

  std::shared_ptr<StagedObject> object_;  // null: published
  Uploader& uploader_;
  const std::function<void(std::shared_ptr<StagedObject>)> published_;
  int parts_ = 0;
  Buffer part_;
};

}  // namespace varve::aws
