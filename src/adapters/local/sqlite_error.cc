#include "adapters/local/sqlite_error.h"

#include <sqlite3.h>

#include <string>

namespace varve {
namespace {

Code CodeOf(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Code::kThrottled;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Code::kCorrupt;
    case SQLITE_FULL:  // may be mended under our feet, so that trying again is right
    case SQLITE_IOERR:
    case SQLITE_PROTOCOL:
    case SQLITE_CANTOPEN: return Code::kIo;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY: return Code::kPermission;
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG: return Code::kLimit;
    case SQLITE_INTERRUPT: return Code::kCancelled;
    default: return Code::kInternal;
  }
}

std::string_view Advice(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return " (another process holds it)";
    case SQLITE_FULL: return " (free some space on its disk; nothing is lost)";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return " (restore it from a backup, or remove it to start afresh)";
    case SQLITE_CANTOPEN: return " (does its folder exist, and may this user write there?)";
    case SQLITE_READONLY: return " (may this user write the file and its folder?)";
    default: return "";
  }
}

}  // namespace

Error SqliteError(sqlite3* connection, int code, std::string_view operation) {
  const int primary = code & 0xff;
  const char* path = connection == nullptr ? nullptr : sqlite3_db_filename(connection, "main");
  std::string message(operation);
  if (path != nullptr && *path != '\0') message.append(" in ").append(path);
  message.append(": ");
  message.append(connection == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection));
  message.append(Advice(primary));
  return Error{CodeOf(primary), std::move(message)};
}

}  // namespace varve
