#include "etl/parse/testing/parse_lines.h"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace varve {
namespace {

class Collector : public RowSink {
 public:
  explicit Collector(ParsedLines* out) : out_(out) {}
  void OnBadLine(BadLine line) override { out_->bad_lines.push_back(std::move(line)); }
  void OnRowGroup(RowGroup group) override { out_->row_groups.push_back(std::move(group)); }

 private:
  ParsedLines* out_;
};

size_t AfterLines(std::string_view text, size_t begin, size_t count) {
  size_t end = begin;
  for (size_t i = 0; i < count && end < text.size(); ++i) {
    const size_t newline = text.find('\n', end);
    end = newline == std::string_view::npos ? text.size() : newline + 1;
  }
  return end;
}

void AppendSized(std::string_view bytes, std::string* out) {
  out->append(std::to_string(bytes.size())).append(":").append(bytes).append(";");
}

void AppendNumber(uint64_t number, std::string* out) {
  out->append(std::to_string(number)).append(",");
}

void AppendBounds(const std::optional<parquet::Bounds>& bounds, std::string* out) {
  if (!bounds.has_value()) return;
  AppendSized(bounds->min, out);
  AppendSized(bounds->max, out);
  AppendNumber(bounds->min_exact, out);
  AppendNumber(bounds->max_exact, out);
  AppendNumber(bounds->has_max, out);
}

void AppendChunk(const parquet::EncodedChunk& chunk, std::string* out) {
  AppendSized(chunk.bytes.view(), out);
  AppendNumber(chunk.has_dictionary, out);
  AppendNumber(chunk.data_offset, out);
  AppendNumber(chunk.uncompressed_bytes, out);
  AppendBounds(chunk.bounds, out);
  for (const parquet::DataPageInfo& page : chunk.pages) {
    for (const uint64_t number :
         {page.offset, uint64_t{page.size_bytes}, page.first_row, page.value_count, page.null_count,
          static_cast<uint64_t>(page.encoding), page.plain_bytes}) {
      AppendNumber(number, out);
    }
    AppendBounds(page.bounds, out);
    for (const uint64_t count : page.repetition_histogram) AppendNumber(count, out);
    for (const uint64_t count : page.definition_histogram) AppendNumber(count, out);
  }
}

// Fields by key: columns are found by key, so the order in which keys came up is not kept.
void AppendNode(const RowGroupNode& node, std::string* out) {
  AppendSized(node.key, out);
  AppendNumber(static_cast<uint64_t>(node.kind), out);
  AppendNumber(node.has_values, out);
  AppendChunk(node.chunk, out);
  AppendChunk(node.keys, out);
  size_t cursor = 0;
  node.presence.ForEach(0, node.presence.end(), &cursor, [&](SlotRun run) {
    AppendNumber(run.begin, out);
    AppendNumber(run.end, out);
  });
  for (const uint32_t length : node.list_lengths) AppendNumber(length, out);
  std::vector<const RowGroupNode*> fields;
  for (const auto& field : node.fields) fields.push_back(field.get());
  std::sort(fields.begin(), fields.end(),
            [](const auto* a, const auto* b) { return a->key < b->key; });
  for (const RowGroupNode* field : fields) AppendNode(*field, out);
  if (node.element != nullptr) AppendNode(*node.element, out);
}

void AppendObserved(const ObservedNode& node, uint32_t map_keys_max, bool positions,
                    std::ostringstream* out) {
  const TypeKind kind = TypeOf(node, map_keys_max);
  *out << static_cast<int>(kind);
  if (kind == TypeKind::kStruct) {
    *out << "{";
    for (const auto& [key, field] : node.fields) {
      *out << key << ":";
      if (positions) *out << field.min_position << ":";
      AppendObserved(field, map_keys_max, positions, out);
      *out << ",";
    }
    *out << "}";
  } else if (kind == TypeKind::kList || kind == TypeKind::kMap) {
    *out << "[";
    if (node.element != nullptr) AppendObserved(*node.element, map_keys_max, positions, out);
    *out << "]";
  }
}

}  // namespace

ParsedLines ParseLines(std::string_view text, const RowParserOptions& options,
                       const ObservedNode& schema, size_t lines_per_block) {
  ParsedLines parsed;
  Collector collector(&parsed);
  RowParser parser(options, schema, &collector);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = AfterLines(text, begin, lines_per_block);
    const size_t size = end - begin;
    const std::unique_ptr<char[]> padded(new char[size + kBlockPadding]);
    std::memcpy(padded.get(), text.data() + begin, size);
    std::memset(padded.get() + size, '"', kBlockPadding);  // nothing may be made of these
    padded[size] = '\n';
    Block block;
    block.data = padded.get();
    block.size = size;
    block.file_offset = begin;
    parsed.counts.Add(parser.ParseBlock(block, parsed.counts.lines, "input.ndjson"));
    begin = end;
  }
  parser.FinishRowGroup();
  parsed.observed = parser.Observed();
  return parsed;
}

std::string Describe(const RowGroup& group) {
  std::string text;
  AppendNumber(group.rows, &text);
  AppendNumber(group.lost_values, &text);
  AppendNumber(group.numbers_rounded, &text);
  AppendNode(group.root, &text);
  for (const parquet::EncodedChunk& chunk : group.extra) AppendChunk(chunk, &text);
  return text;
}

std::string Describe(const std::vector<RowGroup>& groups) {
  std::string text;
  for (const RowGroup& group : groups) AppendSized(Describe(group), &text);
  return text;
}

std::string Describe(const std::vector<BadLine>& bad_lines) {
  std::ostringstream text;
  for (const BadLine& bad : bad_lines) {
    text << bad.line << ":" << ParseCodeName(bad.code) << "@" << bad.error_offset << "/"
         << bad.line_offset << "+" << bad.raw_bytes << "\n";
  }
  return text.str();
}

std::string Describe(const ObservedNode& node, uint32_t map_keys_max, bool positions) {
  std::ostringstream text;
  // The root is an object whatever its keys.
  for (const auto& [key, field] : node.fields) {
    text << key << ":";
    if (positions) text << field.min_position << ":";
    AppendObserved(field, map_keys_max, positions, &text);
    text << ",";
  }
  return text.str();
}

}  // namespace varve
