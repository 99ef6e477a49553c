// Names of what the pipeline makes. Each is made of the batch, so that a repeated run makes the
// same names and a leftover tells whose it is. Readers of Parquet skip names that begin with `_`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varve {

// All that is staged is under it, in the output store.
inline constexpr std::string_view kStagingRoot = "_varve/staging/";

// "<pipeline>/<batch>", and "/rerun-<n>" after it from the first rerun on.
std::string ExecutionName(std::string_view pipeline, std::string_view batch, uint32_t reruns);

// "<pipeline>/<batch>/job-<fence>-<attempt>": no two tries share a name.
std::string JobName(std::string_view pipeline, std::string_view batch, uint64_t fence,
                    uint32_t attempt);

// "_varve/staging/<job>/".
std::string StagingPrefix(std::string_view job);
// The batch of a key under StagingPrefix(JobName(pipeline, batch, ...)); none: it is not of
// `pipeline`.
std::optional<std::string> BatchOfStagedKey(std::string_view pipeline, std::string_view key);

// The fence in the same key; none: it has none.
std::optional<uint64_t> FenceOfStagedKey(std::string_view key);

// "part-00000-2025-01-17-batch-0001.snappy.parquet"; `suffix` is ".snappy.parquet".
std::string OutputName(std::string_view batch, uint32_t part, std::string_view suffix);
// "2025-01-17-batch-0001.ndjson", in the folder `_quarantine`.
std::string QuarantineName(std::string_view batch);
// The batch of a key that ends in either name; none: varve did not make it.
std::optional<std::string> BatchOfOutputKey(std::string_view key);

}  // namespace varve
