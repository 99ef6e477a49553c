// Quarantine: one NDJSON record per bad line, beside the output. Keys:
// docs/reference/quarantine.md.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "etl/convert/convert.h"
#include "etl/parquet/output_file.h"
#include "etl/parse/row_parser.h"

namespace varve {

// The public form of a bad line of file `path`; `line` counts from 1.
LineError DescribeBadLine(const BadLine& bad, const std::string& path, uint64_t line);

class QuarantineWriter {
 public:
  // Nothing is created before the first record. `raw_bytes_max`: longer lines by reference only.
  QuarantineWriter(std::string path, uint64_t raw_bytes_max,
                   parquet::Durability durability = parquet::Durability::kEachFile,
                   parquet::RemoteOutputs* remote = nullptr);
  ~QuarantineWriter();  // removes what was not published

  Status Add(const LineError& error, const BadLine& bad);
  Status Close();
  Status Publish();
  bool empty() const;
  const std::string& path() const { return path_; }

 private:
  struct State;
  std::string path_;
  uint64_t raw_bytes_max_;
  parquet::Durability durability_;
  parquet::RemoteOutputs* remote_;
  std::unique_ptr<State> state_;
};

}  // namespace varve
