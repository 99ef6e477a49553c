// Convert: many NDJSON inputs into one partitioned Parquet dataset with one schema.
//
// The heart of varve. Reads every input at most twice: once speculating on a sampled schema, and a
// second time only when a line contradicted what was already encoded. Outputs appear under their
// final names only when the whole conversion succeeded, so an error or a cancel leaves nothing
// behind. The same inputs, schema and settings give the same bytes whatever `threads` is.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "etl/parquet/chunk.h"
#include "etl/parquet/remote_outputs.h"
#include "etl/schema/observed_schema.h"
#include "etl/source/remote_inputs.h"
#include "etl/source/source.h"
#include "model/schema.h"

namespace varve {

enum class SchemaMode {
  kEvolve,  // the schema grows to hold every value (default)
  kRescue,  // schema pinned; what does not fit goes to the `_rescued` JSON column
  kStrict,  // schema pinned; a line that does not fit is quarantined
};

enum class PartitionBy { kNone, kFilenameDate, kColumn, kArrival };
enum class TimeGrain { kNone, kDay, kHour, kMonth };

struct PartitionSpec {
  PartitionBy by = PartitionBy::kNone;
  std::string column;                  // kColumn: source key (top level)
  TimeGrain grain = TimeGrain::kNone;  // kColumn: kNone routes by the value itself
};

// How many bad lines a file may have before the whole file fails. Unset: no limit.
struct MaxErrors {
  std::optional<uint64_t> count;
  std::optional<double> percent;  // of the file's lines, judged at the end of the file
};

struct CompressionSpec {
  parquet::Codec codec = parquet::Codec::kSnappy;
  int level = 0;  // 0: the codec's default
};

struct Limits {
  uint64_t line_bytes = 64ull << 20;
  int depth = 100;
  uint32_t columns = 10'000;
  uint32_t map_keys = 1'000;                   // distinct keys before an object counts as a map
  uint64_t decompression_ratio = 1'000;        // decompressed : compressed, judged beyond 64 MiB
  uint64_t decompressed_bytes = 1ull << 42;    // per input
  uint64_t quarantine_raw_bytes = 1ull << 20;  // longer raw lines are recorded by reference
};

struct ConvertOptions {
  std::vector<std::string> inputs;  // files in output order (already expanded), or "-" for stdin
  // One an input, or none at all. What it is called wherever it is named (errors, quarantine,
  // `_source`, the footer's sources, filename-date), if not by its path.
  std::vector<std::string> input_names;
  // One an input, or none at all. YYYY-MM-DD that filename-date takes in place of the name's;
  // empty: the name's after all.
  std::vector<std::string> input_dates;
  // One an input, or none at all: the lines that begin there, counted from the first of them.
  std::vector<ByteRange> input_ranges;
  RemoteInputs* remote = nullptr;  // opens the inputs that it has; null: all are files
  std::string output;              // a directory, or a path ending in ".parquet" for one file
  // Makes what `output` and paths below it name, and has made sure that they are free; null: they
  // are files.
  parquet::RemoteOutputs* remote_output = nullptr;
  bool overwrite = false;     // else refuse when the output already holds data files
  bool dry_run = false;       // plan everything, write nothing
  bool all_may_fail = false;  // no input left to convert: an empty success, not an error

  std::optional<Schema> schema;  // required by kRescue and kStrict; a starting point in kEvolve
  SchemaMode mode = SchemaMode::kEvolve;
  bool timestamps_as_strings = false;                        // --timestamps string
  std::vector<std::pair<std::string, std::string>> renames;  // source key path -> column name
  std::vector<std::pair<std::string, Field>> casts;  // source key path -> type (name unused)
  PartitionSpec partition;
  MaxErrors max_errors;
  CompressionSpec compression;
  bool source_column = false;  // adds `_source` (string) and `_line` (int64, from 1)

  int threads = 0;                            // 0: one per CPU this process may run on
  uint64_t memory_bytes = 1ull << 30;         // budget for the whole process
  uint64_t target_file_bytes = 512ull << 20;  // a new part file begins beyond it
  uint64_t row_group_rows = 1'000'000;
  Limits limits;
  std::string batch;  // part of file names and footer metadata; empty: none

  // When the inputs are one part of a larger dataset, whose parts must agree on a schema:
  // what all parts together hold, these inputs included; unset: not known yet.
  std::optional<ObservedNode> observed;
  bool one_pass = false;  // a contradicted schema ends it, with the schema but without outputs
};

// A line (or file) that was not converted.
struct LineError {
  std::string file;
  uint64_t line = 0;    // from 1; 0: the file as a whole
  uint64_t offset = 0;  // byte offset of the error in the (decompressed) file
  std::string code;     // stable, e.g. "bad_escape", "duplicate_key", "corrupt_gzip"
  std::string message;  // what is wrong and what to do
};

// What became of one input.
struct InputOutcome {
  uint64_t lines = 0;  // rows + quarantined + blank, always; all 0 when it failed
  uint64_t rows = 0;
  uint64_t quarantined = 0;
  uint64_t blank = 0;
  std::string error_code;  // not empty: it was left out; as in LineError
  std::string error;
};

struct OutputFile {
  std::string path;  // as it is (or, in a dry run, would be) on disk
  uint64_t rows = 0;
  uint64_t bytes = 0;
};

struct ConvertSummary {
  uint64_t files = 0;         // inputs converted
  uint64_t files_failed = 0;  // inputs that could not be converted; their lines count nowhere
  uint64_t lines = 0;         // rows + quarantined + blank, always
  uint64_t rows = 0;
  uint64_t quarantined = 0;
  uint64_t blank = 0;
  uint64_t numbers_rounded = 0;  // values whose decimal digits a double cannot hold
  uint64_t bytes_in = 0;         // as stored (compressed) on disk
  uint64_t bytes_out = 0;
  double seconds = 0;
  int passes = 1;             // 2: the speculated schema was contradicted
  bool contradicted = false;  // with one_pass: it was, so there are no outputs
  Schema schema;
  ObservedNode observed;  // all that was seen, and what was given
  std::vector<OutputFile> outputs;
  std::vector<std::string> quarantine;  // paths of the quarantine files
  std::vector<LineError> errors;        // the first 1000
  std::vector<InputOutcome> inputs;     // one an input, in their order
};

// Updated by worker threads while a conversion runs; read by whoever draws the progress bar.
struct Progress {
  std::atomic<uint64_t> bytes_total{0};  // stored bytes of all inputs; 0 while unknown (stdin)
  std::atomic<uint64_t> bytes_done{0};
  std::atomic<uint64_t> rows_done{0};
  std::atomic<int> pass{1};
};

// Converts. Fails as a whole (nothing published) on bad options, unwritable output, full disk,
// cancel, or (unless `all_may_fail`) when no input could be converted; an input that alone is
// unreadable or corrupt is left out and reported in `errors` and `inputs`. Idempotent with
// `overwrite`. `progress` and `cancel` may be null; `cancel` is polled, and setting it
// (async-signal-safe) makes Convert clean up and return kCancelled. Call from one thread; Convert
// starts its own workers.
Result<ConvertSummary> Convert(const ConvertOptions& options, Progress* progress,
                               const std::atomic<bool>* cancel);

// The schema that all parts of a dataset must have which together observed this, without the
// columns that conversion adds (_source, _line, _rescued).
Result<Schema> SchemaOf(const ConvertOptions& options, const ObservedNode& observed);

struct InferSummary {
  Schema schema;
  uint64_t files = 0;
  uint64_t lines = 0;
  uint64_t quarantined = 0;
  uint64_t blank = 0;
  std::vector<LineError> errors;
};

// Reads every line of every input and returns the exact schema Convert would write. Uses the same
// option fields as Convert, ignoring those about output.
Result<InferSummary> InferSchema(const ConvertOptions& options, Progress* progress,
                                 const std::atomic<bool>* cancel);

}  // namespace varve
