// DatasetWriter: row groups in order into part files, published together at the end.
//
// Files are complete and durable under temporary names before the first one gets its name, so a
// reader never sees half a dataset unless the machine dies while names are given; a writer that is
// destroyed before Publish leaves nothing behind. Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "etl/convert/convert.h"
#include "etl/parquet/chunk.h"
#include "model/schema.h"

namespace varve {

// Lines [first, last] of an input, counted from 1.
struct LineRange {
  uint32_t file = 0;
  uint64_t first = 0;
  uint64_t last = 0;
};

// Refuses (kAlreadyExists, naming --overwrite) an output that already holds data files or the bad
// lines of an earlier conversion. Of a remote output, that was looked at before.
Status CheckOutputIsFree(const ConvertOptions& options);

// Where quarantine records of a conversion go.
std::string QuarantinePath(const ConvertOptions& options);

// With `overwrite`: removes the quarantine files of the conversions that were replaced, but for
// `kept`. Those of a remote output go with its other files.
Status RemoveOldQuarantine(const ConvertOptions& options, const std::string& kept);

class DatasetWriter {
 public:
  // `directories`: of each partition group, relative to the output. In a dry run nothing is
  // written; outputs() then tells what would have been.
  DatasetWriter(const ConvertOptions& options, std::vector<std::string> directories, Schema schema,
                std::string name_mapping);
  ~DatasetWriter();

  // Appends to the current file of `group`. Groups come one after the other, never interleaved.
  Status Append(uint32_t group, parquet::EncodedRowGroup rows,
                const std::vector<LineRange>& sources);
  Status Close();
  // Gives the files their names; then, with `overwrite`, removes older data files, unless they are
  // remote.
  Status Publish();

  std::vector<OutputFile> outputs() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace varve
