#include "cli/owner_slot.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/random.h"

namespace varve::cli {
namespace {
constexpr int kSlots = 1'000;
}

std::string NewOwner() {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx",
                static_cast<unsigned long long>(SystemRandom().Next()));
  return text.data();
}

Result<OwnerSlot> OwnerSlot::Take(const std::string& state_directory) {
  const std::filesystem::path folder = std::filesystem::path(state_directory) / "workers";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return ErrnoError("create directory", folder.string(), failed.value());
  for (int slot = 0; slot < kSlots; ++slot) {
    std::string name = "worker-" + std::to_string(slot);
    const std::string path = (folder / (name + ".lock")).string();
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return ErrnoError("open", path);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return OwnerSlot(std::move(name), fd);
    close(fd);
  }
  return Error{Code::kLimit, "too many processes run on the state in " + state_directory};
}

OwnerSlot::OwnerSlot(OwnerSlot&& other) noexcept
    : name_(std::move(other.name_)), fd_(std::exchange(other.fd_, -1)) {}

OwnerSlot::~OwnerSlot() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace varve::cli
