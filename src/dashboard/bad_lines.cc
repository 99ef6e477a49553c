#include "dashboard/bad_lines.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace varve::dashboard {
namespace {

using nlohmann::json;

constexpr uint64_t kChunkBytes = uint64_t{1} << 20;
constexpr uint64_t kLookedAtMax = uint64_t{8} << 20;  // in one call
constexpr size_t kRawMax = 4096;
constexpr int kBatchesMax = 50;  // in one call

// Where a page begins: in the quarantine file number `output` of the batch that follows
// `batches_after` in the tracker's pages of one, at `offset`.
struct Position {
  std::string batches_after;
  uint64_t output = 0;
  uint64_t offset = 0;
};

std::string ToText(const Position& at) {
  return at.batches_after + "." + std::to_string(at.output) + "." + std::to_string(at.offset);
}

std::optional<uint64_t> Number(std::string_view text) {
  uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<Position> FromText(std::string_view text) {
  if (text.empty()) return Position{};
  const size_t second = text.rfind('.');
  const size_t first = second == text.npos || second == 0 ? text.npos : text.rfind('.', second - 1);
  if (first != text.npos) {
    const auto output = Number(text.substr(first + 1, second - first - 1));
    const auto offset = Number(text.substr(second + 1));
    if (output.has_value() && offset.has_value()) {
      return Position{std::string(text.substr(0, first)), *output, *offset};
    }
  }
  return Error{Code::kInvalidArgument, "after: that is no page of bad lines"};
}

std::vector<std::string> QuarantineKeys(const BatchRecord& batch) {
  std::vector<std::string> keys;
  for (const BatchOutput& output : batch.outputs) {
    if (output.quarantine) keys.push_back(output.final_key);
  }
  return keys;
}

// Not in the middle of a character.
void CutRaw(BadLine* line) {
  if (line->raw.size() <= kRawMax) return;
  size_t end = kRawMax;
  while (end > 0 && (static_cast<unsigned char>(line->raw[end]) & 0xC0) == 0x80) --end;
  line->raw.resize(end);
  line->is_cut = true;
}

// A record that is not of ours is shown as what it is: this is where people look when things are
// odd.
BadLine Parse(std::string_view text, const std::string& batch) {
  BadLine line;
  line.batch = batch;
  const json record = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) {
    line.message = "this record of the quarantine file cannot be read";
    line.raw = text;
    CutRaw(&line);
    return line;
  }
  const auto string = [&](const char* key) {
    const auto member = record.find(key);
    return member != record.end() && member->is_string() ? member->get<std::string>() : "";
  };
  const auto number = [&](const char* key) {
    const auto member = record.find(key);
    return member != record.end() && member->is_number_unsigned() ? member->get<uint64_t>() : 0;
  };
  line.file = string("file");
  line.line = number("line");
  line.offset = number("offset");
  line.code = string("code");
  line.message = string("message");
  line.is_base64 = record.contains("raw_base64");
  line.raw = string(line.is_base64 ? "raw_base64" : "raw");
  line.is_cut = !record.contains("raw") && !line.is_base64;
  CutRaw(&line);
  return line;
}

class Reader {
 public:
  Reader(ObjectStore& output, const BadLineFilter& filter, size_t limit)
      : output_(output), filter_(filter), limit_(limit) {}

  // Reads on in `batch` from `at`. True: it was read to its end.
  Result<bool> Read(const BatchRecord& batch, Position* at) {
    const std::vector<std::string> keys = QuarantineKeys(batch);
    while (at->output < keys.size()) {
      VARVE_ASSIGN_OR_RETURN(const bool ended, ReadObject(batch.id, keys[at->output], at));
      if (!ended) return false;
      ++at->output;
      at->offset = 0;
    }
    return true;
  }

  bool IsFull() const { return page_.lines.size() >= limit_ || looked_at_ >= kLookedAtMax; }
  BadLinePage& page() { return page_; }

 private:
  Result<bool> ReadObject(const std::string& batch, const std::string& key, Position* at) {
    while (!IsFull()) {
      Result<std::string> chunk = output_.GetRange(key, at->offset, kChunkBytes);
      // Replaced or removed by a person: there is nothing to show.
      if (!chunk.ok() && chunk.error().code == Code::kNotFound) return true;
      if (!chunk.ok()) return std::move(chunk).error();
      if (chunk->empty()) return true;
      looked_at_ += chunk->size();
      VARVE_RETURN_IF_ERROR(TakeLines(batch, key, *chunk, at));
    }
    return false;
  }

  // All whole lines of `chunk` until the page is full.
  Status TakeLines(const std::string& batch, const std::string& key, std::string_view chunk,
                   Position* at) {
    size_t begin = 0;
    while (page_.lines.size() < limit_) {
      const size_t end = chunk.find('\n', begin);
      if (end == chunk.npos) break;
      Take(chunk.substr(begin, end - begin), batch);
      begin = end + 1;
    }
    at->offset += begin;
    if (begin > 0 || page_.lines.size() >= limit_) return Ok{};
    return SkipLongLine(batch, key, chunk, at);
  }

  void Take(std::string_view text, const std::string& batch) {
    if (text.empty()) return;
    BadLine line = Parse(text, batch);
    if (filter_.file.empty() || line.file == filter_.file) page_.lines.push_back(std::move(line));
  }

  // A record longer than a chunk: only its beginning is shown.
  Status SkipLongLine(const std::string& batch, const std::string& key, std::string_view chunk,
                      Position* at) {
    BadLine line;
    line.batch = batch;
    line.message = "this line is too long to be shown; see " + key;
    line.raw = chunk.substr(0, kRawMax + 1);
    CutRaw(&line);
    if (filter_.file.empty()) page_.lines.push_back(std::move(line));
    at->offset += chunk.size();
    for (;;) {
      VARVE_ASSIGN_OR_RETURN(const std::string more,
                             output_.GetRange(key, at->offset, kChunkBytes));
      const size_t end = more.find('\n');
      at->offset += end == more.npos ? more.size() : end + 1;
      if (more.empty() || end != more.npos) return Ok{};
    }
  }

  ObjectStore& output_;
  const BadLineFilter& filter_;
  const size_t limit_;
  uint64_t looked_at_ = 0;
  BadLinePage page_;
};

// The batch that converted the newest converted version of `file`.
Result<std::string> BatchOf(FileTracker& tracker, std::string_view pipeline,
                            const std::string& file) {
  VARVE_ASSIGN_OR_RETURN(const std::vector<FileRecord> versions, tracker.Versions(pipeline, file));
  for (const FileRecord& version : versions) {
    if (version.state == FileState::kCompleted) return version.batch;
  }
  return Error{Code::kNotFound, "no converted file is called " + file};
}

Result<BadLinePage> ReadOneBatch(FileTracker& tracker, Reader& reader, std::string_view pipeline,
                                 const std::string& id, Position at) {
  VARVE_ASSIGN_OR_RETURN(const BatchRecord batch, tracker.GetBatch(pipeline, id));
  VARVE_ASSIGN_OR_RETURN(const bool ended, reader.Read(batch, &at));
  if (!ended) reader.page().next = ToText(at);
  return std::move(reader.page());
}

}  // namespace

Result<BadLinePage> ReadBadLines(FileTracker& tracker, ObjectStore& output,
                                 std::string_view pipeline, const BadLineFilter& filter,
                                 std::string_view after, size_t limit) {
  VARVE_ASSIGN_OR_RETURN(Position at, FromText(after));
  Reader reader(output, filter, limit);
  std::string only = filter.batch;
  if (only.empty() && !filter.file.empty()) {
    VARVE_ASSIGN_OR_RETURN(only, BatchOf(tracker, pipeline, filter.file));
  }
  if (!only.empty()) return ReadOneBatch(tracker, reader, pipeline, only, std::move(at));
  BatchFilter quarantined;
  quarantined.quarantined = true;
  for (int i = 0; i < kBatchesMax; ++i) {
    VARVE_ASSIGN_OR_RETURN(const BatchPage batches,
                           tracker.Batches(pipeline, quarantined, at.batches_after, 1));
    if (batches.batches.empty()) return std::move(reader.page());
    VARVE_ASSIGN_OR_RETURN(const bool ended, reader.Read(batches.batches.front(), &at));
    if (ended && batches.next.empty()) return std::move(reader.page());
    if (ended) at = {batches.next, 0, 0};
    if (!ended || reader.IsFull()) break;
  }
  reader.page().next = ToText(at);
  return std::move(reader.page());
}

}  // namespace varve::dashboard
