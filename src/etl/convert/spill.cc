#include "etl/convert/spill.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <numeric>

namespace varve {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kPartitionBytesMax = 1 << 20;  // more in one write gains nothing
constexpr uint32_t kSubdirectories = 256;

Status AppendToFile(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return ErrnoError("open", path);
  int failed = 0;
  while (!bytes.empty() && failed == 0) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      failed = errno;
    }
  }
  if (close(fd) != 0 && failed == 0) failed = errno;
  if (failed != 0) return ErrnoError("write", path, failed);
  return Ok{};
}

}  // namespace

Result<std::unique_ptr<Spill>> Spill::Create(const std::string& parent, uint64_t buffer_bytes) {
  std::error_code failed;
  fs::path place = fs::absolute(parent, failed);
  while (!fs::is_directory(place, failed) && place.has_relative_path()) place = place.parent_path();
  std::string pattern = (place / ".varve-spill-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return ErrnoError("create directory", pattern);
  return std::unique_ptr<Spill>(new Spill(std::move(pattern), buffer_bytes));
}

Spill::Spill(std::string directory, uint64_t buffer_bytes)
    : directory_(std::move(directory)), buffer_bytes_max_(buffer_bytes) {}

Spill::~Spill() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

// On the heap: what flushing gives back.
uint64_t Spill::Partition::buffered() const {
  const size_t inside = std::string().capacity();
  return lines.capacity() + origins.capacity() - 2 * inside;
}

std::string Spill::Path(uint32_t partition) const {
  char name[32];
  std::snprintf(name, sizeof(name), "/%02x/%08x", partition % kSubdirectories, partition);
  return directory_ + name;
}

uint32_t Spill::AddPartition() {
  partitions_.emplace_back();
  buffered_bytes_ += partitions_.back().buffered();
  return partition_count() - 1;
}

Status Spill::Add(uint32_t partition, std::string_view line, const LineOrigin& origin) {
  Partition& to = partitions_[partition];
  const uint64_t before = to.buffered();
  to.lines.append(line);
  to.lines.push_back('\n');
  to.origins.Add(origin, line.size() + 1);
  buffered_bytes_ += to.buffered() - before;
  if (to.lines.size() >= kPartitionBytesMax) VARVE_RETURN_IF_ERROR(Flush(partition));
  return buffered_bytes_ <= buffer_bytes_max_ ? Status(Ok{}) : FlushLargest();
}

// Down to half of the bound, so that looking for the largest stays rare.
Status Spill::FlushLargest() {
  std::vector<uint32_t> by_size(partitions_.size());
  std::iota(by_size.begin(), by_size.end(), 0);
  std::sort(by_size.begin(), by_size.end(), [this](uint32_t a, uint32_t b) {
    return partitions_[a].buffered() > partitions_[b].buffered();
  });
  for (const uint32_t partition : by_size) {
    if (buffered_bytes_ <= buffer_bytes_max_ / 2) break;
    const uint64_t before = partitions_[partition].buffered();
    VARVE_RETURN_IF_ERROR(Flush(partition));
    Partition& flushed = partitions_[partition];
    std::string().swap(flushed.lines);  // assigning would keep the memory
    flushed.origins.Free();
    buffered_bytes_ += flushed.buffered();
    buffered_bytes_ -= before;
  }
  return Ok{};
}

Status Spill::Flush(uint32_t partition) {
  Partition& from = partitions_[partition];
  if (from.lines.empty()) return Ok{};
  const std::string path = LinesPath(partition);
  const bool is_first = from.lines.front() == '\n';
  if (is_first) {
    const std::string directory = fs::path(path).parent_path().string();
    if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
      return ErrnoError("create directory", directory);
    }
  }
  chunk_.clear();
  from.origins.Finish(from.spill_offset, &chunk_);
  VARVE_RETURN_IF_ERROR(AppendToFile(path, from.lines));
  VARVE_RETURN_IF_ERROR(AppendToFile(OriginsPath(partition), chunk_));
  from.spill_offset += from.lines.size() - (is_first ? 1 : 0);
  from.lines.clear();
  return Ok{};
}

Status Spill::Finish() {
  for (uint32_t partition = 0; partition < partition_count(); ++partition) {
    VARVE_RETURN_IF_ERROR(Flush(partition));
    std::string().swap(partitions_[partition].lines);
    partitions_[partition].origins.Free();
  }
  return Ok{};
}

}  // namespace varve
