// SchemaLedger: the versions of each pipeline's schema, in order, never changed or removed.
//
// A version is the join of all types seen so far (etl/schema), so it does not depend on the order
// in which batches report. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/schema.h"

namespace varve {

struct SchemaVersion {
  uint64_t version = 0;  // from 1; 0: no schema yet
  Schema schema;
  std::string batch;  // that brought it; empty: a person
  int64_t created_us = 0;
  bool pinned = false;  // by a person: batches are converted in strict or rescue mode
};

class SchemaLedger {
 public:
  virtual ~SchemaLedger() = default;
  // Version 0 with no fields when there is none.
  virtual Result<SchemaVersion> Latest(std::string_view pipeline) = 0;
  virtual Result<std::vector<SchemaVersion>> Versions(std::string_view pipeline) = 0;
  // `next.version` must be the latest plus one, else kConflict.
  virtual Status Append(std::string_view pipeline, const SchemaVersion& next) = 0;
};

// The version that a manifest names; 0 is no schema yet. kNotFound.
inline Result<SchemaVersion> FindVersion(SchemaLedger& ledger, std::string_view pipeline,
                                         uint64_t number) {
  if (number == 0) return SchemaVersion{};
  VARVE_ASSIGN_OR_RETURN(std::vector<SchemaVersion> versions, ledger.Versions(pipeline));
  for (SchemaVersion& version : versions) {
    if (version.version == number) return std::move(version);
  }
  return Error{Code::kNotFound, "the schema ledger has no version " + std::to_string(number) +
                                    " of pipeline " + std::string(pipeline) +
                                    ", which the manifest names"};
}

}  // namespace varve
