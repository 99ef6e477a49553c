// The values of flags, as text: sizes, limits, partitions, codecs, renames, casts.
//
// Every error is kInvalidArgument and says what was read, what is wrong and what to write instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "etl/convert/convert.h"
#include "model/schema.h"

namespace varve::cli {

// Bytes: "4096", "512MiB", "1.5 GB"; KB is 1000, KiB is 1024; case does not matter.
Result<uint64_t> ParseSize(std::string_view text);

// The shortest text that ParseSize reads as exactly these bytes: "512MiB", "1000".
std::string FormatSize(uint64_t bytes);

// Microseconds: "0", "250ms", "30s", "1.5h", "1m30s"; units us, ms, s, m, h, d.
Result<int64_t> ParseDuration(std::string_view text);
// "30s", "1500ms": the largest unit that gives a whole number; ParseDuration reads it back.
std::string FormatDuration(int64_t us);

// A whole number from `min` to `max`.
Result<uint64_t> ParseCount(std::string_view text, uint64_t min, uint64_t max);

// "100" (lines) or "0.5%" (of a file's lines).
Result<MaxErrors> ParseMaxErrors(std::string_view text);

// none | filename-date | arrival | column:NAME[:day|hour|month]
Result<PartitionSpec> ParsePartition(std::string_view text);

// snappy | zstd[:N] | gzip | lz4_raw | none
Result<CompressionSpec> ParseCompression(std::string_view text);

// What ';' separates, empty parts left out: how a variable of the environment holds a list.
std::vector<std::string> SplitList(std::string_view text);

// OLD=NEW, split at the last '=' (a JSON key may hold one, a column name should not).
Result<std::pair<std::string, std::string>> ParseRename(std::string_view text);

// COL=TYPE, split at the last '='.
Result<std::pair<std::string, Field>> ParseCast(std::string_view text);

// A batch name becomes part of file names: letters, digits, '.', '_' and '-', at most 64, and no
// leading dot.
Status CheckBatchName(std::string_view text);

}  // namespace varve::cli
