#include "adapters/aws/s3/s3_inputs.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <future>
#include <utility>
#include <vector>

#include "adapters/aws/s3/in_parallel.h"
#include "adapters/aws/s3/s3_download.h"

namespace varve::aws {
namespace {

constexpr uint64_t kMagicBytes = 4;
constexpr uint64_t kSmallBytesMax = 1 << 20;
constexpr uint64_t kKeptBytesMax = 64 << 20;
constexpr size_t kLookThreads = 16;  // they wait for answers more than they work
constexpr uint64_t kChunkBytes = 4 << 20;
constexpr size_t kChunksAhead = 4;
constexpr uint64_t kBeyondBytes = 256 << 10;  // what the last line of a range may need

VersionSelector ListedVersion(const ObjectInfo& info) { return {"", info.etag}; }

// In the memory of `bytes`, if that is enough.
Result<std::string> ReadAll(S3Bucket& bucket, const ObjectInfo& info, uint64_t offset,
                            uint64_t size, const std::atomic<bool>* stop, std::string bytes = {}) {
  bytes.clear();
  bytes.reserve(size);
  const auto read = ReadRange(bucket, {info.ref.key, ListedVersion(info), offset, size},
                              [&](std::string_view piece) {
                                bytes.append(piece);
                                return stop == nullptr || !stop->load();
                              });
  if (!read.ok()) return Error(read.error());
  return bytes;
}

// Ranges ahead of the reader, each fetched by a thread of its own.
class S3Stream : public ByteStream {
 public:
  S3Stream(S3Bucket& bucket, const ObjectInfo& info, uint64_t offset, uint64_t end,
           std::atomic<uint64_t>* bytes_read)
      : bucket_(bucket),
        info_(info),
        end_(std::min(end, info.size_bytes)),
        offset_(std::min(offset, info.size_bytes)),
        next_(offset_),
        bytes_read_(bytes_read) {
    end_ += std::min(kBeyondBytes, info.size_bytes - end_);
  }
  ~S3Stream() override {
    stop_ = true;
    ahead_.clear();  // waits for those who fetch
  }

  Result<size_t> Read(std::span<char> out) override {
    if (taken_ == chunk_.size()) {
      Fetch();
      if (ahead_.empty()) return size_t{0};
      auto chunk = ahead_.front().get();
      ahead_.pop_front();
      if (!chunk.ok()) return FailBy(std::move(chunk).error());
      spare_ = std::exchange(chunk_, std::move(chunk).value());
      taken_ = 0;
      Fetch();
    }
    const size_t size = std::min(out.size(), chunk_.size() - taken_);
    std::memcpy(out.data(), chunk_.data() + taken_, size);
    taken_ += size;
    offset_ += size;
    bytes_read_->fetch_add(size, std::memory_order_relaxed);
    return size;
  }
  uint64_t stored_offset() const override { return offset_; }

 private:
  void Fetch() {
    while (ahead_.size() < kChunksAhead && next_ < end_) {
      FetchOne(std::min(kChunkBytes, end_ - next_));
    }
    const bool beyond = ahead_.empty() && taken_ == chunk_.size() && next_ < info_.size_bytes;
    if (beyond) FetchOne(std::min(kBeyondBytes, info_.size_bytes - next_));
  }

  void FetchOne(uint64_t size) {
    // Fresh memory would have to be mapped, page by page, for each chunk.
    auto fetch = [this, offset = next_, size, bytes = std::exchange(spare_, {})]() mutable {
      return ReadAll(bucket_, info_, offset, size, &stop_, std::move(bytes));
    };
    ahead_.push_back(std::async(std::launch::async, std::move(fetch)));
    next_ += size;
  }

  Error FailBy(Error error) {
    if (error.code == Code::kNotFound) {
      return Fail("changed_while_reading", Code::kIo,
                  "the object was replaced or deleted while it was read; convert it again");
    }
    const bool refused = error.code == Code::kPermission;
    return Fail(refused ? "permission" : "io_error", error.code, std::move(error.message));
  }

  S3Bucket& bucket_;
  const ObjectInfo& info_;
  uint64_t end_;
  uint64_t offset_;
  uint64_t next_;  // where the next range to be fetched begins
  std::atomic<uint64_t>* bytes_read_;
  std::string chunk_;
  std::string spare_;  // memory of the chunk before
  size_t taken_ = 0;   // of the chunk
  std::atomic<bool> stop_{false};
  std::deque<std::future<Result<std::string>>> ahead_;
};

// A small object that is here already.
class KeptStream : public ByteStream {
 public:
  KeptStream(std::shared_ptr<const std::string> content, uint64_t offset,
             std::atomic<uint64_t>* bytes_read)
      : content_(std::move(content)),
        offset_(std::min<uint64_t>(offset, content_->size())),
        bytes_read_(bytes_read) {}

  Result<size_t> Read(std::span<char> out) override {
    const size_t size = std::min(out.size(), content_->size() - offset_);
    std::memcpy(out.data(), content_->data() + offset_, size);
    offset_ += size;
    bytes_read_->fetch_add(size, std::memory_order_relaxed);
    return size;
  }
  uint64_t stored_offset() const override { return offset_; }

 private:
  std::shared_ptr<const std::string> content_;
  size_t offset_;
  std::atomic<uint64_t>* bytes_read_;
};

}  // namespace

std::string S3Inputs::Add(S3Bucket& bucket, const ObjectInfo& object) {
  std::string url = "s3://" + bucket.name() + "/" + object.ref.key;
  objects_[url] = {&bucket, object, RemoteInput{}, nullptr};
  return url;
}

void S3Inputs::LookAt(Object* object) {
  const uint64_t size = object->info.size_bytes;
  if (size == 0) return;
  const bool keeps = size <= kSmallBytesMax && kept_bytes_.fetch_add(size) + size <= kKeptBytesMax;
  auto bytes = ReadAll(*object->bucket, object->info, 0, keeps ? size : std::min(size, kMagicBytes),
                       nullptr);
  if (!bytes.ok()) {
    object->look = std::move(bytes).error();
    return;
  }
  object->look = RemoteInput{size, bytes->substr(0, kMagicBytes)};
  if (keeps) object->content = std::make_shared<const std::string>(std::move(bytes).value());
}

Status S3Inputs::LookAtAll(const std::atomic<bool>* cancel) {
  std::vector<Object*> all;
  for (auto& [url, object] : objects_) all.push_back(&object);
  return InParallel(all.size(), kLookThreads, [&](size_t i) -> Status {
    if (cancel != nullptr && *cancel) return Error{Code::kCancelled, "interrupted"};
    LookAt(all[i]);
    return Ok{};
  });
}

bool S3Inputs::Has(const std::string& path) const { return objects_.contains(path); }

Result<RemoteInput> S3Inputs::Look(const std::string& path) { return objects_.at(path).look; }

std::unique_ptr<ByteStream> S3Inputs::Open(const std::string& path, uint64_t offset, uint64_t end,
                                           std::atomic<uint64_t>* bytes_read) {
  const Object& object = objects_.at(path);
  if (object.content != nullptr) {
    return std::make_unique<KeptStream>(object.content, offset, bytes_read);
  }
  return std::make_unique<S3Stream>(*object.bucket, object.info, offset, end, bytes_read);
}

}  // namespace varve::aws
