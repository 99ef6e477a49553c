// A file as an item: all that is known of one version, with its history.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "adapters/aws/dynamodb/keys.h"
#include "base/result.h"
#include "model/file_record.h"

namespace varve::aws {

// More would not fit into a transaction with 90 files: an error is cut, and of a history that grew
// too long the events after the first are forgotten.
inline constexpr size_t kErrorBytes = 4096;
inline constexpr size_t kDetailBytes = 1024;
inline constexpr size_t kHistoryBytes = 16384;

struct FileEntry {
  FileRecord file;
  std::vector<FileEvent> history;
  bool newer_known = false;  // a version with a greater sequencer was registered
  uint64_t number = 0;       // the how-manieth version of its key: orders those of equal sequencers
  uint64_t revision = 0;     // of the item, from 1; 0: not stored yet
};

nlohmann::json FileItem(const FileEntry& entry);
Result<FileEntry> ParseFileItem(const nlohmann::json& item);

// The entry with a next revision in which the file is `next`, and an event that says so.
FileEntry Changed(FileEntry entry, FileRecord next, std::string_view detail);

void PutIndexKey(nlohmann::json* item, const char* index, const IndexKey& key);

}  // namespace varve::aws
