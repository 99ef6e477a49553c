#include "adapters/local/file_hash.h"

#include <fcntl.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

namespace varve {
namespace {

constexpr size_t kHashBlockBytes = 256 << 10;

struct FreeState {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

std::string Hex(const XXH128_hash_t& hash) {
  char text[33];
  std::snprintf(text, sizeof(text), "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

Result<FileHash> HashDescriptor(int fd, const std::string& path) {
  const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
  XXH3_128bits_reset(state.get());
  std::vector<char> buffer(kHashBlockBytes);
  FileHash hash;
  for (;;) {
    const ssize_t size = read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return ErrnoError("read", path);
    if (size == 0) break;
    XXH3_128bits_update(state.get(), buffer.data(), static_cast<size_t>(size));
    hash.size_bytes += static_cast<uint64_t>(size);
  }
  hash.xxh3_128 = Hex(XXH3_128bits_digest(state.get()));
  return hash;
}

}  // namespace

Result<FileHash> HashFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoError("open", path);
  Result<FileHash> hash = HashDescriptor(fd, path);
  close(fd);
  return hash;
}

}  // namespace varve
