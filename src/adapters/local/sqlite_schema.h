// The tables of varve.db and how an older one becomes a newer one.
#pragma once

#include "adapters/local/sqlite_connection.h"
#include "base/result.h"

namespace varve {

// Brings a new or older database to this version's tables, in one transaction. kInvalidArgument,
// and nothing changed, when the file is another program's or a newer varve's.
Status Migrate(SqliteConnection& connection);

}  // namespace varve
