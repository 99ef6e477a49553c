#include "adapters/local/directory_object_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>

#include "adapters/local/file_copy.h"
#include "adapters/local/object_path.h"
#include "adapters/local/temporary_files.h"

namespace varve {
namespace {

// A folder that is pruned while something is put into it is made again; more often is a bug.
constexpr int kPublishTries = 5;
constexpr time_t kTemporaryAgeMaxSeconds = 24 * 60 * 60;

Error Gone(const ObjectRef& ref) { return Error{Code::kNotFound, ToString(ref) + " is gone"}; }

std::string Shown(std::string_view key) { return ToString({"", std::string(key), ""}).substr(1); }

Status SyncFolder(int folder, std::string_view key) {
  if (fsync(folder) != 0) return ObjectError("sync the folder of", key, errno);
  return Ok{};
}

// Removes a temporary file, unless it was renamed away.
class TemporaryFile {
 public:
  TemporaryFile(int root, std::string path) : root_(root), path_(std::move(path)) {}
  ~TemporaryFile() { unlinkat(root_, path_.c_str(), 0); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

 private:
  int root_;
  std::string path_;
};

// A new file at `path`, linked to or copied from `file`.
Status LinkOrCopy(int file, const std::string& path, std::string_view key) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return ErrnoError("replace", path);
  const std::string source = "/proc/self/fd/" + std::to_string(file);
  if (linkat(AT_FDCWD, source.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0) return Ok{};
  // Another file system, one without links, or somebody else's file: copy.
  const FileDescriptor to(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!to.valid()) return ErrnoError("create", path);
  return CopyAll(file, to.get(), Shown(key));
}

}  // namespace

Result<std::unique_ptr<DirectoryObjectStore>> DirectoryObjectStore::Open(std::string bucket,
                                                                         const std::string& root,
                                                                         ListedNames names) {
  std::error_code ignored;  // what matters is whether it can be opened
  std::filesystem::create_directories(root, ignored);
  FileDescriptor fd(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoError("open the folder", root);
  RemoveTemporaries(fd.get(), std::time(nullptr) - kTemporaryAgeMaxSeconds);
  return std::unique_ptr<DirectoryObjectStore>(
      new DirectoryObjectStore(std::move(bucket), std::move(fd), names));
}

DirectoryObjectStore::DirectoryObjectStore(std::string bucket, FileDescriptor root_fd,
                                           ListedNames names)
    : bucket_(std::move(bucket)), root_fd_(std::move(root_fd)), listing_(bucket_, names) {}

Result<DirectoryObjectStore::Opened> DirectoryObjectStore::OpenObject(std::string_view key) {
  auto parent = OpenParent(root_fd_.get(), key, MissingFolders::kFail);
  if (!parent.ok()) {
    // A file where a folder would be: then the object is not there either.
    const bool odd = parent.error().code == Code::kInvalidArgument && CheckObjectPath(key).ok();
    if (odd) parent.error().code = Code::kNotFound;
    return std::move(parent).error();
  }
  // Not blocking: a pipe that nobody writes would hold the caller for ever.
  Opened opened;
  opened.file = FileDescriptor(openat(parent->folder.get(), parent->name.c_str(),
                                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!opened.file.valid()) return ObjectError("open", key, errno);
  struct stat status = {};
  if (fstat(opened.file.get(), &status) != 0) return ObjectError("look at", key, errno);
  if (!S_ISREG(status.st_mode)) return Error{Code::kNotFound, Shown(key) + " is not a file"};
  opened.info = InfoOf(bucket_, key, status);
  return opened;
}

Result<DirectoryObjectStore::Opened> DirectoryObjectStore::OpenVersion(const ObjectRef& ref) {
  VARVE_ASSIGN_OR_RETURN(Opened opened, OpenObject(ref.key));
  if (opened.info.ref != ref) return Gone(ref);
  return opened;
}

Result<ObjectInfo> DirectoryObjectStore::Head(std::string_view key) {
  VARVE_ASSIGN_OR_RETURN(Opened opened, OpenObject(key));
  return std::move(opened.info);
}

Result<ListPage> DirectoryObjectStore::List(std::string_view prefix, std::string_view after,
                                            int limit) {
  return listing_.Page(root_fd_.get(), prefix, after, limit);
}

Result<std::string> DirectoryObjectStore::Get(std::string_view key, uint64_t bytes_max) {
  VARVE_ASSIGN_OR_RETURN(const Opened opened, OpenObject(key));
  VARVE_ASSIGN_OR_RETURN(std::string content, ReadAll(opened.file.get(), bytes_max, Shown(key)));
  struct stat status = {};
  if (fstat(opened.file.get(), &status) != 0 || VersionOf(status) != opened.info.ref.version) {
    return Error{Code::kIo, Shown(key) + " is being written in place; it is read again later"};
  }
  return content;
}

Result<std::string> DirectoryObjectStore::GetRange(std::string_view key, uint64_t offset,
                                                   uint64_t bytes_max) {
  VARVE_ASSIGN_OR_RETURN(const Opened opened, OpenObject(key));
  const uint64_t left = opened.info.size_bytes - std::min(offset, opened.info.size_bytes);
  std::string bytes(std::min(left, bytes_max), '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = pread(opened.file.get(), bytes.data() + filled, bytes.size() - filled,
                              static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ObjectError("read", key, errno);
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Status DirectoryObjectStore::Publish(const std::string& temporary, std::string_view key,
                                     PutCondition condition) {
  for (int tries = 1;; ++tries) {
    VARVE_ASSIGN_OR_RETURN(const ObjectParent parent,
                           OpenParent(root_fd_.get(), key, MissingFolders::kMake));
    // link(2) refuses an existing name and rename(2) replaces it, each at one instant.
    const int failed =
        condition == PutCondition::kIfAbsent
            ? linkat(root_fd_.get(), temporary.c_str(), parent.folder.get(), parent.name.c_str(), 0)
            : renameat(root_fd_.get(), temporary.c_str(), parent.folder.get(), parent.name.c_str());
    if (failed == 0) return SyncFolder(parent.folder.get(), key);
    if (errno == ENOENT && tries < kPublishTries) continue;
    return ObjectError("write", key, errno);
  }
}

Result<ObjectInfo> DirectoryObjectStore::Put(std::string_view key, std::string_view content,
                                             PutCondition condition) {
  VARVE_RETURN_IF_ERROR(CheckObjectPath(key));
  VARVE_ASSIGN_OR_RETURN(const std::string path, NewTemporaryPath(root_fd_.get()));
  const FileDescriptor file(openat(root_fd_.get(), path.c_str(),
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file.valid()) return ObjectError("write", key, errno);
  const TemporaryFile temporary(root_fd_.get(), path);
  VARVE_RETURN_IF_ERROR(WriteAll(file.get(), content, Shown(key)));
  if (fsync(file.get()) != 0) return ObjectError("sync", key, errno);
  struct stat status = {};
  if (fstat(file.get(), &status) != 0) return ObjectError("look at", key, errno);
  VARVE_RETURN_IF_ERROR(Publish(path, key, condition));
  return InfoOf(bucket_, key, status);
}

Status DirectoryObjectStore::ReadFile(const ObjectRef& ref, const std::string& path) {
  VARVE_ASSIGN_OR_RETURN(const Opened opened, OpenVersion(ref));
  VARVE_RETURN_IF_ERROR(LinkOrCopy(opened.file.get(), path, ref.key));
  struct stat status = {};
  if (fstat(opened.file.get(), &status) != 0) return ObjectError("look at", ref.key, errno);
  if (VersionOf(status) == ref.version) return Ok{};
  unlink(path.c_str());
  return Gone(ref);
}

Status DirectoryObjectStore::WriteFile(std::string_view key, const std::string& path) {
  VARVE_RETURN_IF_ERROR(CheckObjectPath(key));
  const FileDescriptor from(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!from.valid()) return ErrnoError("open", path);
  VARVE_ASSIGN_OR_RETURN(const std::string name, NewTemporaryPath(root_fd_.get()));
  const TemporaryFile temporary(root_fd_.get(), name);
  if (renameat(AT_FDCWD, path.c_str(), root_fd_.get(), name.c_str()) == 0) {
    if (fsync(from.get()) != 0) return ObjectError("sync", key, errno);
    return Publish(name, key, PutCondition::kAlways);
  }
  if (errno != EXDEV) return ErrnoError("rename", path);
  const FileDescriptor to(openat(root_fd_.get(), name.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!to.valid()) return ObjectError("write", key, errno);
  VARVE_RETURN_IF_ERROR(CopyAll(from.get(), to.get(), Shown(key)));
  if (fsync(to.get()) != 0) return ObjectError("sync", key, errno);
  return Publish(name, key, PutCondition::kAlways);
}

void DirectoryObjectStore::PruneFolders(std::string_view key) {
  if (!key.starts_with('_')) return;
  while (true) {
    const size_t slash = key.rfind('/');
    if (slash == std::string_view::npos) return;
    key = key.substr(0, slash);
    const auto parent = OpenParent(root_fd_.get(), key, MissingFolders::kFail);
    if (!parent.ok()) return;
    // The system keeps a folder that is not empty, which ends it.
    if (unlinkat(parent->folder.get(), parent->name.c_str(), AT_REMOVEDIR) != 0) return;
  }
}

Status DirectoryObjectStore::Delete(std::string_view key) {
  const auto parent = OpenParent(root_fd_.get(), key, MissingFolders::kFail);
  if (!parent.ok()) {
    if (CheckObjectPath(key).ok() && parent.error().code != Code::kPermission) return Ok{};
    return Error(parent.error());
  }
  if (unlinkat(parent->folder.get(), parent->name.c_str(), 0) != 0 && errno != ENOENT &&
      errno != EISDIR) {
    return ObjectError("delete", key, errno);
  }
  VARVE_RETURN_IF_ERROR(SyncFolder(parent->folder.get(), key));
  PruneFolders(key);
  return Ok{};
}

Status DirectoryObjectStore::Move(std::string_view from, std::string_view to) {
  VARVE_RETURN_IF_ERROR(CheckObjectPath(to));
  for (int tries = 1;; ++tries) {
    VARVE_RETURN_IF_ERROR(OpenObject(from));  // kNotFound, before folders are made
    VARVE_ASSIGN_OR_RETURN(const ObjectParent source,
                           OpenParent(root_fd_.get(), from, MissingFolders::kFail));
    VARVE_ASSIGN_OR_RETURN(const ObjectParent target,
                           OpenParent(root_fd_.get(), to, MissingFolders::kMake));
    if (renameat(source.folder.get(), source.name.c_str(), target.folder.get(),
                 target.name.c_str()) == 0) {
      VARVE_RETURN_IF_ERROR(SyncFolder(target.folder.get(), to));
      VARVE_RETURN_IF_ERROR(SyncFolder(source.folder.get(), from));
      PruneFolders(from);
      return Ok{};
    }
    if (errno != ENOENT || tries == kPublishTries) return ObjectError("move", to, errno);
  }
}

// The new name is made, as a second link, before the old one goes: a crash leaves both.
Status DirectoryObjectStore::MoveVersion(const ObjectRef& ref, std::string_view to) {
  VARVE_RETURN_IF_ERROR(CheckObjectPath(to));
  VARVE_ASSIGN_OR_RETURN(const Opened opened, OpenVersion(ref));
  VARVE_ASSIGN_OR_RETURN(const std::string name, NewTemporaryPath(root_fd_.get()));
  const std::string source = "/proc/self/fd/" + std::to_string(opened.file.get());
  const TemporaryFile temporary(root_fd_.get(), name);
  if (linkat(AT_FDCWD, source.c_str(), root_fd_.get(), name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return Move(ref.key, to);  // no links here: the version cannot be held on to
  }
  VARVE_RETURN_IF_ERROR(Publish(name, to, PutCondition::kAlways));
  return DeleteVersion(ref);
}

// Nothing in Linux deletes a name only while it is a given file. So the file is looked at, taken
// away under a name that nobody else uses, and looked at again; if a newer one took its place in
// between, that one goes back, unless yet another is there by now.
Status DirectoryObjectStore::DeleteVersion(const ObjectRef& ref) {
  const auto opened = OpenVersion(ref);
  if (!opened.ok()) {
    if (opened.error().code == Code::kNotFound) return Ok{};
    return Error(opened.error());
  }
  VARVE_ASSIGN_OR_RETURN(const std::string name, NewTemporaryPath(root_fd_.get()));
  VARVE_ASSIGN_OR_RETURN(const ObjectParent parent,
                         OpenParent(root_fd_.get(), ref.key, MissingFolders::kFail));
  if (renameat(parent.folder.get(), parent.name.c_str(), root_fd_.get(), name.c_str()) != 0) {
    if (errno == ENOENT) return Ok{};
    return ObjectError("delete", ref.key, errno);
  }
  const TemporaryFile temporary(root_fd_.get(), name);
  struct stat status = {};
  if (fstatat(root_fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return ObjectError("look at", ref.key, errno);
  }
  if (VersionOf(status) == ref.version) return SyncFolder(parent.folder.get(), ref.key);
  const Status back = Publish(name, ref.key, PutCondition::kIfAbsent);
  if (!back.ok() && back.error().code != Code::kAlreadyExists) return Error(back.error());
  return Ok{};
}

Status DirectoryObjectStore::Tag(const ObjectRef& ref, std::string_view name,
                                 std::string_view value) {
  VARVE_ASSIGN_OR_RETURN(const Opened opened, OpenVersion(ref));
  const std::string attribute = "user." + std::string(name);
  if (fsetxattr(opened.file.get(), attribute.c_str(), value.data(), value.size(), 0) == 0) {
    return Ok{};
  }
  const int failed = errno;
  Error error = ObjectError("tag", ref.key, failed);
  if (failed == EOPNOTSUPP) {
    error.code = Code::kInvalidArgument;
    error.message.append(": this file system has no extended attributes");
  }
  return error;
}

}  // namespace varve
