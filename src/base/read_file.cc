#include "base/read_file.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

namespace varve {

Result<std::string> ReadWholeFile(const std::string& path, std::string_view what) {
  // A directory opens like a file.
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return ErrnoError(what, path, EISDIR);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return ErrnoError(what, path);
  std::string text;
  std::array<char, 16 << 10> block;
  // read() tells of errors; iterators over the file throw.
  while (file.read(block.data(), block.size()), file.gcount() > 0) {
    text.append(block.data(), static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) return ErrnoError(what, path);
  return text;
}

}  // namespace varve
