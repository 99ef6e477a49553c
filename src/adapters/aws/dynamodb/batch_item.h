// A batch as an item.
//
// Its outputs are in the item while they are few. More are in items of their own, a "set", which
// the batch's item names: written before it does, never changed after, so that a set is whole or
// unused.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/batch.h"

namespace varve::aws {

// Of outputs and of previous ones in the item: with 90 names of files they stay below 400 KB.
inline constexpr size_t kInlineOutputsBytes = 96 << 10;
inline constexpr size_t kOutputChunkBytes = 320 << 10;

struct BatchEntry {
  BatchRecord batch;
  uint64_t revision = 0;     // of the item, from 1
  std::string outputs_set;   // empty: they are in the item
  std::string previous_set;  // likewise
};

// Text without anything but ASCII, so that it can be cut anywhere.
std::string OutputsText(const std::vector<BatchOutput>& outputs);
Result<std::vector<BatchOutput>> ParseOutputs(const std::string& text);

nlohmann::json BatchItem(const BatchEntry& entry);
// Without the outputs that are in sets.
Result<BatchEntry> ParseBatchItem(const nlohmann::json& item);

}  // namespace varve::aws
