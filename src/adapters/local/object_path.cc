#include "adapters/local/object_path.h"

#include <fcntl.h>
#include <limits.h>

#include <cerrno>

namespace varve {
namespace {

constexpr size_t kKeyBytesMax = 1024;
constexpr int64_t kNanosPerSecond = 1'000'000'000;

// Calls visit(part) for what is between the slashes, until it says no.
template <typename Visit>
bool EachPart(std::string_view key, Visit visit) {
  while (true) {
    const size_t slash = key.find('/');
    if (!visit(key.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    key.remove_prefix(slash + 1);
  }
}

Error Refused(std::string_view key, std::string_view why) {
  const std::string shown = ToString({"", std::string(key.substr(0, 80)), ""});
  return Error{Code::kInvalidArgument,
               "the key " + shown.substr(1, shown.size() - 2) + " is refused: " + std::string(why)};
}

// The length of the UTF-8 sequence at the start of `text`, 0 when it is none.
size_t SequenceLength(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, beyond U+10FFFF.
  if ((lead == 0xe0 && at(1) < 0xa0) || (lead == 0xed && at(1) > 0x9f)) return 0;
  if ((lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) > 0x8f)) return 0;
  return length;
}

Result<FileDescriptor> OpenFolder(int parent, const std::string& name, MissingFolders missing,
                                  std::string_view key) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  FileDescriptor folder(openat(parent, name.c_str(), kFlags));
  if (folder.valid()) return folder;
  if (errno != ENOENT || missing == MissingFolders::kFail) {
    return ObjectError("open the folder of", key, errno);
  }
  if (mkdirat(parent, name.c_str(), 0777) != 0 && errno != EEXIST) {
    return ObjectError("make the folder of", key, errno);
  }
  if (fsync(parent) != 0) return ObjectError("sync the folder of", key, errno);
  folder = FileDescriptor(openat(parent, name.c_str(), kFlags));
  if (!folder.valid()) return ObjectError("open the folder of", key, errno);
  return folder;
}

Result<ObjectParent> WalkToParent(int root, std::string_view key, MissingFolders missing) {
  ObjectParent parent;
  parent.folder = FileDescriptor(openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent.folder.valid()) return ObjectError("open the root of", key, errno);
  std::string_view left = key;
  for (size_t slash = left.find('/'); slash != std::string_view::npos; slash = left.find('/')) {
    const std::string name(left.substr(0, slash));
    VARVE_ASSIGN_OR_RETURN(parent.folder, OpenFolder(parent.folder.get(), name, missing, key));
    left.remove_prefix(slash + 1);
  }
  parent.name = left;
  return parent;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

Status CheckObjectPath(std::string_view key) {
  if (key.empty()) return Refused(key, "it is empty");
  if (key.size() > kKeyBytesMax) return Refused(key, "it is longer than 1024 bytes");
  if (key.find('\0') != std::string_view::npos) return Refused(key, "it contains a NUL byte");
  if (!IsUtf8(key)) return Refused(key, "it is not UTF-8");
  std::string_view why;
  EachPart(key, [&](std::string_view part) {
    if (part.empty()) why = "a folder or file without a name";
    if (part.starts_with('.')) why = "a part of it begins with a dot";
    if (part.size() > NAME_MAX) why = "a part of it is longer than a file name may be";
    return why.empty();
  });
  if (!why.empty()) return Refused(key, why);
  return Ok{};
}

bool IsTemporaryKey(std::string_view key) {
  return !EachPart(key, [](std::string_view part) {
    return !part.starts_with('.') && !part.starts_with('_') && !part.ends_with(".tmp") &&
           !part.ends_with(".part") && !part.ends_with(".crdownload");
  });
}

Result<ObjectParent> OpenParent(int root, std::string_view key, MissingFolders missing) {
  VARVE_RETURN_IF_ERROR(CheckObjectPath(key));
  // A folder may be pruned as empty between the moment it is made and that in which the next one is
  // made in it: begin again. More often than this is something else.
  constexpr int kTries = 50;
  for (int tries = 1;; ++tries) {
    auto parent = WalkToParent(root, key, missing);
    const bool pruned = !parent.ok() && parent.error().code == Code::kNotFound;
    if (missing == MissingFolders::kFail || !pruned || tries == kTries) return parent;
  }
}

std::string VersionOf(const struct stat& status) {
  const int64_t mtime_ns = status.st_mtim.tv_sec * kNanosPerSecond + status.st_mtim.tv_nsec;
  return std::to_string(status.st_ino) + "-" + std::to_string(status.st_size) + "-" +
         std::to_string(mtime_ns);
}

ObjectInfo InfoOf(const std::string& bucket, std::string_view key, const struct stat& status) {
  ObjectInfo info;
  info.ref = {bucket, std::string(key), VersionOf(status)};
  info.size_bytes = static_cast<uint64_t>(status.st_size);
  info.etag = info.ref.version;
  info.modified_us = status.st_mtim.tv_sec * 1'000'000 + status.st_mtim.tv_nsec / 1000;
  return info;
}

Error ObjectError(std::string_view operation, std::string_view key, int errno_value) {
  std::string shown = ToString({"", std::string(key), ""});
  Error error = ErrnoError(operation, shown.substr(1, shown.size() - 2), errno_value);
  // A file where the key wants a folder, a folder where it wants a file, a symbolic link.
  if (errno_value == ENOTDIR || errno_value == EISDIR || errno_value == ELOOP ||
      errno_value == ENAMETOOLONG) {
    error.code = Code::kInvalidArgument;
  }
  return error;
}

}  // namespace varve
