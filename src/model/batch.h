// Batch: files that are converted together, with one manifest and one commit.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/file_record.h"
#include "model/object_ref.h"

namespace varve {

enum class BatchState {
  kClaimed,     // files are claimed; the manifest may not be written yet
  kProcessing,  // the workflow runs
  kPublishing,  // outputs and accounting are recorded; files are being put in their final place
  kCompleted,
  kFailed,  // its files went back to pending, or failed for good
};

inline constexpr std::array kOpenBatchStates = {BatchState::kClaimed, BatchState::kProcessing,
                                                BatchState::kPublishing};

constexpr bool HasEnded(BatchState state) { return state > BatchState::kPublishing; }

std::string_view BatchStateName(BatchState state);
std::optional<BatchState> ParseBatchState(std::string_view name);

// An object that the batch made. Its name is made of the batch and a number, so a repeated run
// makes the same names.
struct BatchOutput {
  std::string staged_key;  // where the job wrote it
  std::string final_key;   // where readers find it
  uint64_t rows = 0;       // 0 for quarantine files
  uint64_t size_bytes = 0;
  std::string hash;  // XXH3-128 of the content, in hex
  bool quarantine = false;

  bool operator==(const BatchOutput&) const = default;
};

// What became of one file of a batch whose job ended.
struct FileOutcome {
  ObjectRef ref;
  RowAccounting accounting;
  std::string error;  // not empty: the file was left out, and why

  bool operator==(const FileOutcome&) const = default;
};

struct BatchRecord {
  std::string pipeline;
  std::string id;  // "2025-01-17/batch-0001": also the manifest's key without prefix and suffix
  BatchState state = BatchState::kClaimed;
  std::vector<ObjectRef> files;
  std::string manifest_key;
  uint64_t fence = 0;  // grows with every owner; a write by an older owner is refused
  std::string owner;   // who holds the lease
  int64_t lease_until_us = 0;
  int64_t created_us = 0;
  int64_t updated_us = 0;
  uint32_t attempts = 0;
  std::vector<BatchOutput> outputs;  // from kPublishing on
  std::string error;
  // Above 0 the batch is, or was last, converted once more (FileTracker::Reopen). Until that is
  // completed its files stay kCompleted and `previous` are the outputs that readers see.
  uint32_t reruns = 0;
  std::vector<BatchOutput> previous;

  bool operator==(const BatchRecord&) const = default;
};

}  // namespace varve
