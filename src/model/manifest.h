// Manifest: the document that tells a job what to convert. Versioned; docs/reference/manifest.md.
//
// It is the contract between whoever claims files and whatever converts them (this process, a
// Lambda, a Spark job), so it holds all that a job needs and nothing about how it is run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/object_ref.h"

namespace varve {

struct ManifestFile {
  ObjectRef ref;
  uint64_t size_bytes = 0;
  std::string compression;     // "none", "gzip", "zstd"; by name, a hint: content decides
  std::string partition_date;  // YYYY-MM-DD, from the name, else from when it arrived

  bool operator==(const ManifestFile&) const = default;
};

struct Manifest {
  static constexpr int kVersion = 1;

  std::string pipeline;
  std::string batch;  // BatchRecord::id
  int64_t created_us = 0;
  uint64_t schema_version = 0;  // of the pipeline's schema ledger; 0: none yet
  std::string output_prefix;    // final keys of the outputs begin with it
  std::vector<ManifestFile> files;

  bool operator==(const Manifest&) const = default;
};

std::string ManifestToJson(const Manifest& manifest);
// kCorrupt with the line, column and key when it is not a manifest of a version known here.
Result<Manifest> ManifestFromJson(std::string_view text);

}  // namespace varve
