#include "base/result.h"

#include <cerrno>
#include <cstring>

namespace varve {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return "invalid_argument";
    case Code::kNotFound: return "not_found";
    case Code::kAlreadyExists: return "already_exists";
    case Code::kConflict: return "conflict";
    case Code::kThrottled: return "throttled";
    case Code::kPermission: return "permission";
    case Code::kCorrupt: return "corrupt";
    case Code::kLimit: return "limit";
    case Code::kIo: return "io";
    case Code::kCancelled: return "cancelled";
    case Code::kInternal: return "internal";
  }
  return "unknown";
}

namespace {

// What a person can do about it; empty where only the caller knows.
std::string_view Remedy(int errno_value) {
  switch (errno_value) {
    case ENOSPC:
    case EDQUOT: return "; free some space, or choose another place";
    case EACCES:
    case EPERM: return "; give this user the right to it, or choose another place";
    case EFBIG: return "; raise the limit on file sizes (ulimit -f), or choose another place";
    case EROFS: return "; choose a place that is not mounted read-only";
    case EMFILE:
    case ENFILE: return "; raise the limit on open files (ulimit -n)";
    case EIO: return "; the device reports an error: look at the system's log";
    default: return "";
  }
}

}  // namespace

Error ErrnoError(std::string_view operation, std::string_view object) {
  return ErrnoError(operation, object, errno);
}

Error ErrnoError(std::string_view operation, std::string_view object, int errno_value) {
  Code code = Code::kIo;
  if (errno_value == ENOENT || errno_value == ENOTDIR) code = Code::kNotFound;
  if (errno_value == EACCES || errno_value == EPERM || errno_value == EROFS)
    code = Code::kPermission;
  if (errno_value == EEXIST) code = Code::kAlreadyExists;
  std::string message(operation);
  message.append(" ").append(object).append(": ").append(std::strerror(errno_value));
  message.append(Remedy(errno_value));
  return Error{code, std::move(message)};
}

}  // namespace varve
