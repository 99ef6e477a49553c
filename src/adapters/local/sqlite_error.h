// The one place where SQLite's result codes become varve's.
#pragma once

#include <string_view>

#include "base/result.h"

struct sqlite3;

namespace varve {

// What `code`, just returned by `connection` (null: there is none), means to a caller:
// kThrottled: another process holds the lock beyond the busy timeout; kCorrupt: not a database, or
// a damaged one; kIo: the disk is full or fails; kPermission; kLimit: memory, sizes; kInternal.
Error SqliteError(sqlite3* connection, int code, std::string_view operation);

}  // namespace varve
