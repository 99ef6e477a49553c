// Changes: what is to happen to files and a batch in one transaction, with the counts it changes.
//
// Each change is of an item as it was read, and holds only while it is still that: whoever read
// something older is refused.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aws/dynamodb/batch_item.h"
#include "adapters/aws/dynamodb/dynamo_table.h"
#include "adapters/aws/dynamodb/file_item.h"
#include "ports/file_tracker.h"

namespace varve::aws {

class Changes {
 public:
  // `table` must outlive it.
  Changes(DynamoTable& table, std::string_view pipeline) : table_(table), pipeline_(pipeline) {}

  // Registers a version: the file, and its key's head with the count of its versions.
  void AddFile(const FileEntry& entry, uint64_t versions_before);
  void ChangeFile(const FileEntry& before, FileRecord next, std::string_view detail);
  // A file about which something new is known, but which stays as it is.
  void MarkNewerKnown(const FileEntry& before);
  // A known version that is back: as ChangeFile, in order with other versions that come.
  void TouchHead(const FileRecord& file, uint64_t versions);
  void AddBatch(const BatchEntry& entry);
  void ChangeBatch(BatchEntry entry);

  bool empty() const { return actions_.empty(); }
  Result<Written> Commit();  // once

 private:
  void Put(const FileEntry& entry, const Condition& condition);
  void PutHead(const FileRecord& file, uint64_t seen, uint64_t versions);
  void Count(const FileRecord& file, int64_t sign);

  DynamoTable& table_;
  const std::string pipeline_;
  std::vector<nlohmann::json> actions_;
  std::map<std::string, int64_t> counts_;
};

// Adds what one shard's item counted.
Status AddCounts(const nlohmann::json& item, std::vector<StateCount>* states,
                 RowAccounting* totals);

}  // namespace varve::aws
