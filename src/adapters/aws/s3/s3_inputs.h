// S3Inputs: objects as inputs of a conversion, read by range while it runs.
//
// What was listed is what is read: an object that is replaced meanwhile fails, as a file does that
// changes. Large objects are read ahead, a few ranges at a time (kept in memory, 16 MiB a stream);
// of small ones, as many as fit into 64 MiB are fetched whole when they are looked at, many at a
// time, since one request after the other would take longer than the conversion.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "adapters/aws/s3/s3_bucket.h"
#include "etl/source/remote_inputs.h"
#include "model/object_ref.h"

namespace varve::aws {

class S3Inputs : public RemoteInputs {
 public:
  // Gives the object's URL, by which it is an input. Not thread-safe. `bucket` must outlive it.
  std::string Add(S3Bucket& bucket, const ObjectInfo& object);
  // Looks at all that were added. Failures are kept, to be told by Look. kCancelled on `cancel`.
  Status LookAtAll(const std::atomic<bool>* cancel);

  bool Has(const std::string& path) const override;
  Result<RemoteInput> Look(const std::string& path) override;
  std::unique_ptr<ByteStream> Open(const std::string& path, uint64_t offset, uint64_t end,
                                   std::atomic<uint64_t>* bytes_read) override;

 private:
  struct Object {
    S3Bucket* bucket = nullptr;
    ObjectInfo info;
    Result<RemoteInput> look = RemoteInput{};
    std::shared_ptr<const std::string> content;  // of a small one
  };
  void LookAt(Object* object);

  std::map<std::string, Object> objects_;  // by URL
  std::atomic<uint64_t> kept_bytes_{0};
};

}  // namespace varve::aws
