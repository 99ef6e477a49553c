#include "cli/directories.h"

#include <stdlib.h>

#include <filesystem>
#include <utility>

namespace varve::cli {

Status MakeDirectory(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed) return ErrnoError("create directory", path, failed.value());
  return Ok{};
}

TemporaryDirectory::TemporaryDirectory(std::string path) : path_(std::move(path)) {}

Result<TemporaryDirectory> TemporaryDirectory::Make(const std::string& name) {
  std::error_code failed;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(failed);
  if (failed) return ErrnoError("find", "TMPDIR", failed.value());
  std::string path = (parent / (name + "-XXXXXX")).string();  // mkdtemp makes the Xs a name
  if (mkdtemp(path.data()) == nullptr) return ErrnoError("create directory", path);
  return TemporaryDirectory(std::move(path));
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::move(other.path_)) {
  other.path_.clear();
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace varve::cli
