// FileRecord: what the pipeline knows of one file (one version of one object), and its states.
//
//   pending -> claimed -> processing -> completed
//      ^          |            |
//      +----------+------------+--> failed -> pending (retry), or for good
//   pending, failed -> missing      the source vanished before it was read
//   pending, failed -> superseded   a newer version of the key is there
//   missing, superseded -> pending  it is back, and the newest
//
// Each arrow is conditional on the state before it and leaves a FileEvent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/object_ref.h"

namespace varve {

enum class FileState {
  kPending,     // known, in no batch
  kClaimed,     // in a batch whose manifest is written or about to be
  kProcessing,  // the batch's job runs
  kCompleted,   // rows are in the output; lines = rows + quarantined + blank
  kFailed,      // not to be tried again without a person
  kMissing,     // gone before it was read
  kSuperseded,  // a newer version of the same key took its place
};

std::string_view FileStateName(FileState state);  // "pending", ...
std::optional<FileState> ParseFileState(std::string_view name);

struct RowAccounting {
  uint64_t lines = 0;
  uint64_t rows = 0;
  uint64_t quarantined = 0;
  uint64_t blank = 0;

  bool Balances() const { return lines == rows + quarantined + blank; }
  bool operator==(const RowAccounting&) const = default;
};

struct FileRecord {
  std::string pipeline;
  ObjectInfo object;
  std::string sequencer;  // orders versions of one key: newest wins; comparable as text

  FileState state = FileState::kPending;
  std::string batch;      // the batch it is or was last in; empty: none yet
  uint32_t attempts = 0;  // batches that tried it and failed
  bool alone = false;     // to be tried in a batch of its own: it may be the poison
  int64_t first_seen_us = 0;
  int64_t not_before_us = 0;  // kPending: backoff after a failure
  int64_t updated_us = 0;
  RowAccounting accounting;  // kCompleted
  std::string error;         // why it failed last; empty: it never did

  bool operator==(const FileRecord&) const = default;
};

// One line in the life of a file: `varve explain` prints them.
struct FileEvent {
  int64_t at_us = 0;
  FileState state = FileState::kPending;
  std::string batch;
  std::string detail;  // for people: why, or by whom

  bool operator==(const FileEvent&) const = default;
};

}  // namespace varve
