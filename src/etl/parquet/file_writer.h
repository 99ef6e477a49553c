// FileWriter: puts encoded row groups into a Parquet file and writes its indexes and footer.
//
// The subset of the format is in docs/internals/parquet.md. The file exists under a temporary name
// until Publish(); a writer destroyed before that leaves nothing behind. Same row groups, schema
// and options give the same bytes. Thread-safety: one thread at a time; different writers are
// independent.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "etl/parquet/chunk.h"
#include "etl/parquet/metadata.h"
#include "etl/parquet/output_file.h"
#include "etl/parquet/schema_elements.h"
#include "model/schema.h"

namespace varve::parquet {

// "varve version 0.1.0 (build 0)", the form other readers parse.
std::string DefaultCreatedBy();

struct FileWriterOptions {
  Codec codec = Codec::kSnappy;  // what the chunks were compressed with
  std::string created_by = DefaultCreatedBy();
  Durability durability = Durability::kEachFile;
  RemoteOutputs* remote = nullptr;  // makes the file; null: it is a local one
};

class FileWriter {
 public:
  // Creates the temporary file beside `path`, whose directory must exist, or one of `remote`.
  // kInvalidArgument or kLimit when Parquet cannot hold the schema; else the errors of OutputFile.
  static Result<FileWriter> Create(const std::string& path, const Schema& schema,
                                   const FileWriterOptions& options);
  FileWriter(FileWriter&&) noexcept;
  FileWriter& operator=(FileWriter&&) noexcept;
  ~FileWriter();

  // Writes the chunks as they are and keeps only their metadata; each chunk's memory is free once
  // it is written. An empty row group is left out. kInternal when the chunks contradict the schema
  // or themselves: nothing is written then.
  Status Append(EncodedRowGroup group);

  // Writes indexes and footer; afterwards every byte is written and, unless that is the caller's
  // part, on disk. Forgets the metadata: leaves() is empty then. No Append after it.
  Status Close(const std::vector<KeyValue>& key_values);

  // After Close: renames the file to its path, replacing what was there, and makes that durable.
  Status Publish();

  const std::vector<LeafColumn>& leaves() const;
  uint64_t row_count() const;
  uint64_t size_bytes() const;  // written so far; after Close the size of the file
  const std::string& path() const;
  const std::string& temporary_path() const;

 private:
  struct State;
  explicit FileWriter(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace varve::parquet
