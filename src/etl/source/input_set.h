// InputSet: what is known of each input, and how to open it.
//
// Inputs are opened when they are needed and closed after; between, an input costs 32 bytes, so
// that millions of small files work. Only pipes and the like stay open.
// Thread-safety: all methods from any thread once Probe has returned, except where noted.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "etl/source/byte_stream.h"
#include "etl/source/file_stream.h"
#include "etl/source/source.h"

namespace varve {

enum class Encoding : uint8_t { kPlain, kGzip, kZstd };

// Decided by the magic bytes alone.
Encoding SniffEncoding(std::string_view beginning);

// Null for kPlain. `stored` must outlive the inflater.
std::unique_ptr<ByteStream> MakeInflater(Encoding encoding, ByteStream* stored);

// An input's decoded bytes: the stored stream, the inflater if it has one, the limits.
class InputStream : public ByteStream {
 public:
  struct Limits {
    uint64_t ratio_max;
    uint64_t bytes_max;
  };
  // `stored` is `file` or a remote input's, and owned; of a pipe, which is not, it is null.
  InputStream(std::unique_ptr<ByteStream> stored, FileStream* file, PipeStream* pipe,
              Encoding encoding, const Limits& limits);

  Result<size_t> Read(std::span<char> out) override;
  uint64_t stored_offset() const override { return top_->stored_offset(); }
  // To be called when no more is wanted: fails if the file changed meanwhile.
  Status Finish();

 private:
  Status CheckLimits();

  std::unique_ptr<ByteStream> stored_;
  FileStream* file_;
  std::unique_ptr<ByteStream> inflater_;
  ByteStream* top_;
  const Limits limits_;
  uint64_t inflated_bytes_ = 0;
};

class InputSet {
 public:
  // `cancel` may be null.
  InputSet(SourceOptions options, const std::atomic<bool>* cancel);
  ~InputSet();
  InputSet(const InputSet&) = delete;
  InputSet& operator=(const InputSet&) = delete;

  // Looks at every input once: size, kind, magic bytes. Inputs that cannot be opened fail.
  // Gives an error only when the spool file cannot be made. Call once, first.
  Status Probe();

  const SourceOptions& options() const { return options_; }
  // By the user, or by Stop.
  bool cancelled() const {
    return stop_.load(std::memory_order_relaxed) ||
           (cancel_ != nullptr && cancel_->load(std::memory_order_relaxed));
  }
  // Nothing more will be wanted: ends all reading soon.
  void Stop() { stop_.store(true, std::memory_order_relaxed); }

  uint32_t count() const { return static_cast<uint32_t>(inputs_.size()); }
  uint64_t stored_bytes(uint32_t file) const;  // of its range; of a pipe: those read so far
  ByteRange range(uint32_t file) const;        // of a regular file, within it
  bool ends_with_range(uint32_t file) const { return range(file).end == inputs_[file].stamp.size; }
  Encoding encoding(uint32_t file) const { return inputs_[file].encoding; }
  bool is_pipe(uint32_t file) const { return inputs_[file].is_pipe; }
  std::string reread_path(uint32_t file) const;  // see Source
  bool failed(uint32_t file) const { return failed_[file].load(std::memory_order_relaxed); }

  // The input's bytes from `offset` (only plain files start elsewhere than at 0), of which those
  // before `end` will be read; null, with the input failed, when it cannot be opened. A pipe is
  // opened once.
  std::unique_ptr<InputStream> Open(uint32_t file, uint64_t offset, uint64_t end);

  // The first stored bytes of a pipe; before it is opened, from one thread.
  Result<std::string_view> PeekPipe(uint32_t file, size_t size);

  // The first failure of an input is kept, unless it is only that the user cancelled.
  void Fail(uint32_t file, uint64_t offset, std::string_view code, const std::string& reason);
  void Fail(uint32_t file, const ByteStream& stream, const Error& error);

  uint64_t stored_bytes_all() const;
  uint64_t stored_bytes_read() const;
  std::vector<SourceError> errors() const;
  std::vector<uint32_t> failed_files() const;

 private:
  struct Input {
    FileStamp stamp;
    Encoding encoding = Encoding::kPlain;
    bool is_pipe = false;
    bool is_remote = false;
  };
  struct Pipe {
    int fd = -1;
    int spool_fd = -1;
    std::string spool_path;
    std::atomic<uint64_t> bytes_read{0};
    std::unique_ptr<PipeStream> stream;
    ~Pipe();
  };

  Status ProbeInput(uint32_t file);
  void ProbeRemote(uint32_t file);
  Status ProbePipe(uint32_t file, int fd);
  void FailUnlessWhole(uint32_t file);
  void FailErrno(uint32_t file, std::string_view action, int errno_value);

  const SourceOptions options_;
  const std::atomic<bool>* cancel_;
  std::atomic<bool> stop_{false};
  std::vector<Input> inputs_;
  std::vector<std::atomic<bool>> failed_;
  std::unordered_map<uint32_t, std::unique_ptr<Pipe>> pipes_;
  std::atomic<uint64_t> bytes_read_{0};
  mutable std::mutex mutex_;
  std::vector<SourceError> errors_;
};

}  // namespace varve
