#include "etl/convert/attempt.h"

#include "etl/convert/assemble.h"

namespace varve {
namespace {
constexpr size_t kErrorsReported = 1000;
}

Attempt::Attempt(const ConvertOptions& options, AttemptOptions attempt, ObservedNode schema)
    : options_(options),
      attempt_(std::move(attempt)),
      observed_(std::move(schema)),
      counts_(attempt_.names.size()),
      quarantine_(QuarantinePath(options), options.limits.quarantine_raw_bytes,
                  options.dry_run ? parquet::Durability::kNowhere : parquet::Durability::kEachFile,
                  options.remote_output) {}

Status Attempt::Begin() {
  if (attempt_.routed == nullptr) return Ok{};
  origins_.emplace(attempt_.routed);
  counts_ = attempt_.routed->counts;
  return RecordBadLines(attempt_.routed->bad_lines);
}

Status Attempt::OnSegment(SegmentResult result) {
  VARVE_ASSIGN_OR_RETURN(std::vector<LineRange> sources, Locate(&result));
  VARVE_RETURN_IF_ERROR(RecordBadLines(result.bad_lines));
  for (LineRange& range : sources) range.file = attempt_.input_of[range.file];
  for (const FileCounts& file : result.files) counts_[file.file].Add(file.counts);
  if (must_repeat_ || !attempt_.writes) return Ok{};
  for (RowGroup& rows : result.row_groups) {
    must_repeat_ |= rows.lost_values;
    held_bytes_ += BytesOf(rows.root);
    held_.push_back({result.group, std::move(rows), sources});
  }
  if (must_repeat_) {
    held_.clear();
    return Ok{};
  }
  const bool freeze = attempt_.schema_is_final || held_bytes_ > attempt_.held_bytes_max;
  if (!frozen_.has_value() && freeze) VARVE_RETURN_IF_ERROR(Freeze());
  while (frozen_.has_value() && !held_.empty() && !must_repeat_) {
    Held next = std::move(held_.front());
    held_.pop_front();
    VARVE_RETURN_IF_ERROR(Write(std::move(next)));
  }
  return Ok{};
}

// Where in the inputs the segment's lines are: makes the numbers of bad lines absolute.
Result<std::vector<LineRange>> Attempt::Locate(SegmentResult* result) {
  if (origins_.has_value()) return origins_->Resolve(result);
  for (BadLine& bad : result->bad_lines) bad.line += counts_[bad.file].lines;
  std::vector<LineRange> ranges;
  for (const FileCounts& file : result->files) {
    const uint64_t before = counts_[file.file].lines;
    ranges.push_back({file.file, before + 1, before + file.counts.lines});
  }
  return ranges;
}

Status Attempt::RecordBadLines(const std::vector<BadLine>& bad_lines) {
  for (const BadLine& bad : bad_lines) {
    const LineError error = DescribeBadLine(bad, attempt_.names[bad.file], bad.line + 1);
    if (errors_.size() < kErrorsReported) errors_.push_back(error);
    if (attempt_.writes) VARVE_RETURN_IF_ERROR(quarantine_.Add(error, bad));
  }
  return Ok{};
}

Status Attempt::Freeze() {
  VARVE_ASSIGN_OR_RETURN(frozen_, MakeOutputSchema(observed_, attempt_.schema));
  frozen_observed_ = observed_;
  writer_ = std::make_unique<DatasetWriter>(options_, attempt_.directories, frozen_->schema,
                                            frozen_->name_mapping);
  return Ok{};
}

Status Attempt::Write(Held held) {
  held_bytes_ -= BytesOf(held.rows.root);
  if (!Fits(held.rows, frozen_->schema, frozen_observed_)) {
    must_repeat_ = true;
    held_.clear();
    return Ok{};
  }
  numbers_rounded_ += held.rows.numbers_rounded;
  parquet::EncodedRowGroup rows =
      Assemble(std::move(held.rows), frozen_->schema, attempt_.pages, &scratch_);
  return writer_->Append(held.group, std::move(rows), held.sources);
}

Status Attempt::Finish() {
  if (!attempt_.writes || must_repeat_) return Ok{};
  VARVE_ASSIGN_OR_RETURN(const OutputSchema final, MakeOutputSchema(observed_, attempt_.schema));
  if (frozen_.has_value() && !(frozen_->schema == final.schema)) {
    must_repeat_ = true;
    return Ok{};
  }
  if (!frozen_.has_value()) VARVE_RETURN_IF_ERROR(Freeze());
  while (!held_.empty() && !must_repeat_) {
    Held next = std::move(held_.front());
    held_.pop_front();
    VARVE_RETURN_IF_ERROR(Write(std::move(next)));
  }
  if (must_repeat_) return Ok{};
  if (writer_ != nullptr) VARVE_RETURN_IF_ERROR(writer_->Close());
  return quarantine_.Close();
}

Status Attempt::Publish() {
  VARVE_RETURN_IF_ERROR(quarantine_.Publish());
  if (writer_ != nullptr) VARVE_RETURN_IF_ERROR(writer_->Publish());
  return RemoveOldQuarantine(options_, quarantine_.empty() ? "" : quarantine_.path());
}

uint64_t Attempt::BytesOf(const RowGroupNode& node) const {
  // The node itself counts: row groups of small partitions hold little else.
  uint64_t bytes = sizeof(RowGroupNode) + node.key.capacity() + node.chunk.bytes.capacity() +
                   node.chunk.pages.capacity() * sizeof(parquet::DataPageInfo) +
                   node.list_lengths.capacity() * sizeof(uint32_t);
  bytes += node.keys.bytes.capacity() + node.keys.pages.capacity() * sizeof(parquet::DataPageInfo);
  for (const auto& field : node.fields) bytes += BytesOf(*field);
  return bytes + (node.element != nullptr ? BytesOf(*node.element) : 0);
}

void Attempt::Summarise(ConvertSummary* summary) const {
  for (const LineCounts& counts : counts_) {
    summary->lines += counts.lines;
    summary->rows += counts.rows;
    summary->quarantined += counts.quarantined;
    summary->blank += counts.blank;
  }
  summary->numbers_rounded = numbers_rounded_;
  summary->errors.insert(summary->errors.end(), errors_.begin(), errors_.end());
  if (frozen_.has_value()) summary->schema = frozen_->schema;
  if (writer_ != nullptr) summary->outputs = writer_->outputs();
  for (const OutputFile& output : summary->outputs) summary->bytes_out += output.bytes;
  if (!quarantine_.empty()) summary->quarantine.push_back(quarantine_.path());
}

}  // namespace varve
