// Source: inputs as a sequence of segments, segments as a sequence of blocks of whole lines.
//
// An input is cut into segments: the unit of parallel work, and of one row group (or a few). A
// segment's boundaries depend on the inputs only, never on the thread count, so output does not
// either. Uncompressed regular files are read in parallel by byte range; small compressed files are
// inflated by whoever reads their segment; large ones, pipes and stdin are read in order by one
// thread per input, ahead of the workers, within a memory bound, and cut every 128 MiB.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "etl/source/remote_inputs.h"

namespace varve {

// The bytes after Block::size that may be read (not relied upon) by SIMD loads.
inline constexpr size_t kBlockPadding = 128;

// Whole lines of one file. `data` ends with the last line's newline, except at the end of a file
// that lacks one. Padding of kBlockPadding readable bytes follows, the first of them '\n'.
// Valid until the next call on the same reader. No UTF-8 check has been made. A byte order mark at
// the start of the file is skipped (file_offset then starts at 3).
struct Block {
  const char* data = nullptr;
  size_t size = 0;
  uint32_t file = 0;         // index into the inputs
  uint64_t file_offset = 0;  // of data[0] in the decompressed file
  // A line longer than SourceOptions::line_bytes_max (its newline not counted): `data` holds its
  // first 1 KiB only and line_bytes its whole length (newline included); the reader has skipped the
  // rest. Such a block holds no other line.
  bool oversized = false;
  uint64_t line_bytes = 0;
};

// The lines of a file whose first byte is at `begin` or later, but before `end`.
struct ByteRange {
  uint64_t begin = 0;
  uint64_t end = UINT64_MAX;

  bool is_whole() const { return begin == 0 && end == UINT64_MAX; }
};

struct SourceOptions {
  std::vector<std::string> inputs;  // paths, or "-" for stdin
  std::vector<std::string> names;   // what errors call them, one an input; empty: their paths
  std::vector<ByteRange> ranges;    // one an input, plain files only; empty: all of each
  uint64_t line_bytes_max = 64ull << 20;
  uint64_t decompression_ratio_max = 1'000;      // judged once 64 MiB have been inflated
  uint64_t decompressed_bytes_max = 1ull << 42;  // per input
  uint64_t readahead_bytes = 256ull << 20;       // bound on inflated bytes waiting for workers
  // Inputs with the same group may share a segment; a segment never mixes groups. One per input
  // (partition of the file); empty: all one group.
  std::vector<uint32_t> groups;
  // When not empty, stdin is copied here, as stored, while it is read; other pipes to this path
  // with "." and their input index added. See Source::reread_path.
  std::string stdin_spool_path;
  RemoteInputs* remote = nullptr;  // opens the inputs that it has; must outlive the source
};

// Why an input could not be read to its end. The code is stable: "not_found", "permission",
// "is_directory", "io_error", "corrupt_gzip", "truncated_gzip", "corrupt_zstd", "truncated_zstd",
// "decompression_limit", "changed_while_reading", "not_plain" (only a range of it was wanted).
struct SourceError {
  uint32_t file = 0;
  uint64_t offset = 0;  // in the stored (compressed) file
  std::string code;
  std::string message;  // names the path, says what is wrong and what to do
};

// Reads the blocks of one segment in order. One thread at a time.
class SegmentReader {
 public:
  virtual ~SegmentReader() = default;
  // False at the end of the segment, or on cancel. An input that fails ends there (what was read
  // of it was given already; see Source::errors()) and the segment's next input follows.
  virtual bool Next(Block* block) = 0;
  virtual uint64_t index() const = 0;  // 0, 1, 2, ...: output order
  virtual uint32_t group() const = 0;
};

// All inputs. Thread-safe unless noted. Must outlive its readers.
class Source {
 public:
  // Opens and sniffs every input (magic bytes decide on gzip and zstd), plans segments. Inputs that
  // cannot be opened are reported through errors(), not as a failure.
  static Result<std::unique_ptr<Source>> Open(SourceOptions options,
                                              const std::atomic<bool>* cancel);
  virtual ~Source() = default;

  // The next unclaimed segment, in order: group by group (in the order of the groups' first inputs)
  // and within a group in input order. Null when there are none left or on cancel. Blocks while a
  // stream has not yet been inflated that far. A claimed segment must be read to its end or
  // destroyed, or claiming may wait for ever.
  virtual std::unique_ptr<SegmentReader> Claim() = 0;

  // Up to `count` samples of up to `bytes` bytes of whole lines, spread evenly over the
  // uncompressed inputs; of compressed inputs and stdin, their beginning. A first line longer than
  // `bytes` is still given whole, up to 1 MiB or so. Deterministic. Call before the first Claim,
  // from one thread. Does not consume. What cannot be read is left out: reading will report it.
  virtual Result<std::vector<std::string>> Sample(size_t count, size_t bytes) = 0;

  virtual uint64_t stored_bytes() const = 0;       // of all inputs; 0 when one is stdin
  virtual uint64_t stored_bytes_read() const = 0;  // so far, for progress
  virtual uint64_t stored_bytes_of(uint32_t file) const = 0;
  virtual std::vector<SourceError> errors() const = 0;
  // What a second pass gives as an input in place of this one: its path, the copy of a pipe or
  // stdin, or empty when that cannot be read again (no stdin_spool_path was given).
  virtual std::string reread_path(uint32_t file) const = 0;
  // Failed inputs must be left out of a second pass: indexes into inputs, sorted.
  virtual std::vector<uint32_t> failed_files() const = 0;
};

// Whether a directory is searched for such names: *.ndjson *.jsonl *.json, plain or .gz or .zst.
bool HasInputExtension(std::string_view name);

// Expands files, directories (recursively: *.ndjson *.jsonl *.json, plain or with .gz .zst; hidden
// and `_`-prefixed names skipped) and globs (`*`, `?`, `[...]`, and `**` for any depth of
// directories; a directory that matches is expanded) into a bytewise sorted, duplicate-free list
// per argument, in argument order. "-" stays. A name that exists is never taken for a glob.
// kNotFound names an argument that matches nothing, kPermission a directory that cannot be read;
// both say the remedy.
Result<std::vector<std::string>> ExpandInputs(const std::vector<std::string>& arguments);

}  // namespace varve
