#include "adapters/local/file_copy.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace varve {
namespace {

constexpr size_t kCopyBytes = 1 << 20;

// As read(2), but for interruptions.
Result<size_t> ReadSome(int fd, char* bytes, size_t size, std::string_view shown) {
  ssize_t got = 0;
  do {
    got = read(fd, bytes, size);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return ErrnoError("read", shown);
  return static_cast<size_t>(got);
}

}  // namespace

Status WriteAll(int fd, std::string_view bytes, std::string_view shown) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return ErrnoError("write", shown);
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  return Ok{};
}

Status CopyAll(int from, int to, std::string_view shown) {
  std::vector<char> buffer(kCopyBytes);
  while (true) {
    VARVE_ASSIGN_OR_RETURN(const size_t got, ReadSome(from, buffer.data(), kCopyBytes, shown));
    if (got == 0) return Ok{};
    VARVE_RETURN_IF_ERROR(WriteAll(to, {buffer.data(), got}, shown));
  }
}

Result<std::string> ReadAll(int fd, uint64_t bytes_max, std::string_view shown) {
  std::string content;
  std::vector<char> buffer(std::min<uint64_t>(kCopyBytes, bytes_max + 1));
  while (true) {
    VARVE_ASSIGN_OR_RETURN(const size_t got, ReadSome(fd, buffer.data(), buffer.size(), shown));
    if (got == 0) return content;
    content.append(buffer.data(), got);
    if (content.size() > bytes_max) {
      return Error{Code::kLimit,
                   std::string(shown) + " has more than " + std::to_string(bytes_max) + " bytes"};
    }
  }
}

}  // namespace varve
