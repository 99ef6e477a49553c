// Keys as paths under a root that no key can leave.
//
// A key is walked folder by folder from the root's descriptor, never through a symbolic link, and
// its parts are names of files: no "..", no ".", none empty, none that begins with "." (those are
// the store's own and other programs' temporary files). What may move meanwhile moves with its
// descriptor, so there is nothing to race for.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "adapters/local/file_descriptor.h"
#include "base/result.h"
#include "model/object_ref.h"

namespace varve {

// kInvalidArgument for keys that are no paths under a root: see above; also not UTF-8, longer than
// 1024 bytes, or with a part longer than a file name may be.
Status CheckObjectPath(std::string_view key);

bool IsUtf8(std::string_view text);

// "leading underscore, *.tmp, *.part, *.crdownload" in any part of the key: what producers call
// files that they have not finished.
bool IsTemporaryKey(std::string_view key);

// The folder that a key's last part is in.
struct ObjectParent {
  FileDescriptor folder;
  std::string name;
};

enum class MissingFolders { kFail, kMake };

// kNotFound when a folder on the way is not there; kInvalidArgument when it is no folder.
Result<ObjectParent> OpenParent(int root, std::string_view key, MissingFolders missing);

// "<inode>-<size>-<mtime ns>".
std::string VersionOf(const struct stat& status);
ObjectInfo InfoOf(const std::string& bucket, std::string_view key, const struct stat& status);

// ErrnoError with the code that a store's caller expects, and the key printable.
Error ObjectError(std::string_view operation, std::string_view key, int errno_value);

}  // namespace varve
