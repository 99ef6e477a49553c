#include "etl/convert/line_origins.h"

namespace varve {

Result<std::vector<LineRange>> OriginResolver::Resolve(SegmentResult* result) {
  std::vector<LineRange> ranges;
  std::vector<FileCounts> files;
  auto bad = result->bad_lines.begin();
  for (const FileCounts& spilled : result->files) {
    const uint32_t spill_file = spilled.file;
    uint64_t line = 0;
    if (spill_file_ != spill_file) {
      VARVE_ASSIGN_OR_RETURN(reader_, OriginReader::Open(routed_->origin_paths[spill_file]));
      spill_file_ = spill_file;
      line = 1;  // the empty line that a spill file begins with
    }
    for (; line < spilled.counts.lines; ++line) {
      LineOrigin origin;
      VARVE_RETURN_IF_ERROR(reader_->Next(&origin));
      if (files.empty() || files.back().file != origin.file) {
        files.push_back({origin.file, {}});
        ranges.push_back({origin.file, origin.line + 1, 0});
      }
      ranges.back().last = origin.line + 1;
      LineCounts& counts = files.back().counts;
      const bool is_bad =
          bad != result->bad_lines.end() && bad->file == spill_file && bad->line == line;
      ++(is_bad ? counts.quarantined : counts.rows);
      if (!is_bad) continue;
      bad->file = origin.file;
      bad->line = origin.line;
      bad->error_offset = origin.offset + (bad->error_offset - bad->line_offset);
      bad->line_offset = origin.offset;
      ++bad;
    }
  }
  result->files = std::move(files);
  return ranges;
}

}  // namespace varve
