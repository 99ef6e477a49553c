// Keys: how the items of the table are named. docs/internals/dynamodb.md lists them all.
//
// Parts are joined by '#', which is escaped in all but the last. Numbers in sort keys are padded,
// so that they sort as numbers do. Partitions that many writers share are split in shards.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/batch.h"
#include "model/file_record.h"

namespace varve::aws {

struct Key {
  std::string pk;
  std::string sk;

  auto operator<=>(const Key&) const = default;
};

// Where an item stands in an index; empty: it is not in it.
struct IndexKey {
  std::string pk;
  std::string sk;
};

inline constexpr uint32_t kFileShards = 8;
inline constexpr uint32_t kCounterShards = 16;
inline constexpr std::string_view kRunningExecutions = "executions";

std::string Padded(int64_t number);  // 20 digits; below 0 is 0

Key FileKey(std::string_view pipeline, const ObjectRef& ref);
Key HeadKey(std::string_view pipeline, std::string_view bucket, std::string_view key);
std::string VersionsPartition(std::string_view pipeline, std::string_view key);
bool IsHead(std::string_view sk);
uint32_t FileShard(std::string_view key);

std::string PendingPartition(std::string_view pipeline, uint32_t shard);
std::string DelayedPartition(std::string_view pipeline);
std::string QuarantinedPartition(std::string_view pipeline, uint32_t shard);
std::string FilesPartition(std::string_view pipeline, uint32_t shard);
std::string FileSortPrefix(std::string_view key_prefix);  // of a quarantined file
std::string FileSortPrefix(FileState state, std::string_view key_prefix);
IndexKey DueKey(const FileRecord& file);
IndexKey ListingKey(const FileRecord& file);

Key BatchKey(std::string_view pipeline, std::string_view id);
Key BatchNumberKey(std::string_view pipeline, std::string_view day);
std::string OutputsPartition(std::string_view pipeline, std::string_view id);
std::string LeasesPartition(std::string_view pipeline);
std::string BatchesPartition(std::string_view pipeline);
IndexKey DueKey(const BatchRecord& batch);
IndexKey ListingKey(const BatchRecord& batch);

Key CounterKey(std::string_view pipeline, uint32_t shard);
std::string SchemaPartition(std::string_view pipeline);
Key ExecutionKey(std::string_view name);
Key PipelineKey(std::string_view name);

}  // namespace varve::aws
