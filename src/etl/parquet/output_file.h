// A file that appears under its name complete or not at all: written under a temporary name in the
// same directory, made durable, then renamed; or what RemoteOutputs makes of it.
//
// Errors name the path.
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "etl/parquet/remote_outputs.h"

namespace varve::parquet {

// Who makes files durable: each on its own, which costs two waits for the disk a file; or the
// caller, with SyncFileSystem for all of them before the first Publish and after the last. kNowhere
// is for dry runs: bytes are counted, and no file is made.
enum class Durability { kEachFile, kByCaller, kNowhere };

// Waits until all that was written to the file system that holds `path` is on disk.
Status SyncFileSystem(const std::string& path);

class OutputFile {
 public:
  // `remote` makes it, unless that is null; durability is then its business, save for kNowhere.
  static Result<OutputFile> Create(const std::string& path,
                                   Durability durability = Durability::kEachFile,
                                   RemoteOutputs* remote = nullptr);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();  // removes a file that was not published

  // Appends the pieces one after the other, without copying them.
  Status Append(std::span<const std::span<const uint8_t>> pieces);
  Status Append(std::span<const uint8_t> bytes) { return Append({&bytes, 1}); }

  Status Close();    // all bytes are written (kEachFile: on disk), under the temporary name
  Status Publish();  // after Close: gives the file its name, replacing what had it

  uint64_t size_bytes() const { return size_bytes_; }
  const std::string& path() const { return path_; }
  const std::string& temporary_path() const { return temporary_path_; }

 private:
  OutputFile(std::string path, std::string temporary_path, int fd, Durability durability);
  void StartWriteback();

  std::string path_;
  std::string temporary_path_;  // empty: published
  int fd_ = -1;
  std::unique_ptr<RemoteFile> remote_;  // null: it is a file
  Durability durability_;
  uint64_t size_bytes_ = 0;
  uint64_t writeback_bytes_ = 0;  // the disk was told to write so many
};

}  // namespace varve::parquet
