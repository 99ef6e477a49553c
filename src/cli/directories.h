// Directories that commands make.
#pragma once

#include <string>

#include "base/result.h"

namespace varve::cli {

// With those above it; one that is there already is no error. kPermission, kIo.
Status MakeDirectory(const std::string& path);

// A directory that goes when this does, with all that is in it.
class TemporaryDirectory {
 public:
  // In $TMPDIR, its name beginning with `name`; open to this user only.
  static Result<TemporaryDirectory> Make(const std::string& name);
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path);
  std::string path_;
};

}  // namespace varve::cli
