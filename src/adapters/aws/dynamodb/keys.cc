#include "adapters/aws/dynamodb/keys.h"

#include <cstdio>
#include <initializer_list>

#include "adapters/aws/dynamodb/item.h"

namespace varve::aws {
namespace {

// A sort key has at most 1024 bytes, and an object's key alone may have as many. In an index it
// need not be unique, so it is cut there.
constexpr size_t kIndexedBytes = 900;

std::string Escaped(std::string_view part) {
  std::string out;
  for (const char c : part) {
    if (c == '#' || c == '%') {
      out += c == '#' ? "%23" : "%25";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    const bool last = part + 1 == parts.end();
    out += last ? std::string(*part) : Escaped(*part) + "#";
  }
  return out;
}

}  // namespace

std::string Padded(int64_t number) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%020lld", static_cast<long long>(number < 0 ? 0 : number));
  return digits;
}

std::string VersionsPartition(std::string_view pipeline, std::string_view key) {
  return Join({"file", pipeline, key});
}

Key FileKey(std::string_view pipeline, const ObjectRef& ref) {
  return {VersionsPartition(pipeline, ref.key), Join({"version", ref.bucket, ref.version})};
}

Key HeadKey(std::string_view pipeline, std::string_view bucket, std::string_view key) {
  return {VersionsPartition(pipeline, key), Join({"head", bucket})};
}

bool IsHead(std::string_view sk) { return sk.starts_with("head#"); }

// FNV-1a: the same on every machine, since it is part of what is stored.
uint32_t FileShard(std::string_view key) {
  uint32_t hash = 2166136261u;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash % kFileShards;
}

std::string PendingPartition(std::string_view pipeline, uint32_t shard) {
  return Join({"pending", pipeline, std::to_string(shard)});
}

std::string DelayedPartition(std::string_view pipeline) { return Join({"delayed", pipeline}); }

std::string QuarantinedPartition(std::string_view pipeline, uint32_t shard) {
  return Join({"quarantined", pipeline, std::to_string(shard)});
}

std::string FilesPartition(std::string_view pipeline, uint32_t shard) {
  return Join({"files", pipeline, std::to_string(shard)});
}

std::string FileSortPrefix(std::string_view key_prefix) {
  return Join({"key", CutText(key_prefix, kIndexedBytes)});
}

std::string FileSortPrefix(FileState state, std::string_view key_prefix) {
  return Join({FileStateName(state), CutText(key_prefix, kIndexedBytes)});
}

IndexKey DueKey(const FileRecord& file) {
  const uint32_t shard = FileShard(file.object.ref.key);
  if (file.state == FileState::kPending) {
    if (file.not_before_us > 0) {
      return {DelayedPartition(file.pipeline), Padded(file.not_before_us)};
    }
    return {PendingPartition(file.pipeline, shard), Padded(file.first_seen_us)};
  }
  if (file.accounting.quarantined > 0) {
    return {QuarantinedPartition(file.pipeline, shard), FileSortPrefix(file.object.ref.key)};
  }
  return {};
}

IndexKey ListingKey(const FileRecord& file) {
  const std::string& key = file.object.ref.key;
  return {FilesPartition(file.pipeline, FileShard(key)), FileSortPrefix(file.state, key)};
}

// A day's batches lie together, so that they are found by the beginning of their names.
Key BatchKey(std::string_view pipeline, std::string_view id) {
  const size_t slash = id.find('/');
  const bool plain = slash == id.npos;
  return {Join({"batch", pipeline, plain ? "" : id.substr(0, slash)}),
          Join({"id", plain ? id : id.substr(slash + 1)})};
}

Key BatchNumberKey(std::string_view pipeline, std::string_view day) {
  return {Join({"number", pipeline, day}), "number"};
}

std::string OutputsPartition(std::string_view pipeline, std::string_view id) {
  return Join({"outputs", pipeline, id});
}

std::string LeasesPartition(std::string_view pipeline) { return Join({"lease", pipeline}); }

std::string BatchesPartition(std::string_view pipeline) { return Join({"batches", pipeline}); }

IndexKey DueKey(const BatchRecord& batch) {
  if (HasEnded(batch.state)) return {};
  return {LeasesPartition(batch.pipeline), Padded(batch.lease_until_us)};
}

IndexKey ListingKey(const BatchRecord& batch) {
  return {BatchesPartition(batch.pipeline), Join({Padded(batch.created_us), batch.id})};
}

Key CounterKey(std::string_view pipeline, uint32_t shard) {
  return {Join({"counter", pipeline, std::to_string(shard)}), "counter"};
}

std::string SchemaPartition(std::string_view pipeline) { return Join({"schema", pipeline}); }

Key ExecutionKey(std::string_view name) { return {Join({"execution", name}), "execution"}; }

Key PipelineKey(std::string_view name) { return {"pipelines", std::string(name)}; }

}  // namespace varve::aws
