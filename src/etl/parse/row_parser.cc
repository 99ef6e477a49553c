#include "etl/parse/row_parser.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "etl/parse/row_state.h"
#include "etl/parse/skip_value.h"

namespace varve {
namespace {

// A line may change the schema in several places, each found only after the one before.
constexpr int kAttemptsMax = 100'000;

RowKernel KernelFor(SimdLevel level) {
#if defined(__x86_64__)
  switch (level) {
    case SimdLevel::kAvx512: return ParseRowAvx512;
    case SimdLevel::kAvx2: return ParseRowAvx2;
    case SimdLevel::kSse4: return ParseRowSse4;
    case SimdLevel::kScalar: return ParseRowScalar;
  }
#else
  (void)level;
#endif
  return ParseRowScalar;
}

const uint8_t* SkipSpace(const uint8_t* p) {
  while (*p == ' ' || *p == '\t' || *p == '\r') ++p;
  return p;
}

const uint8_t* LineEnd(const uint8_t* p, const uint8_t* end) {
  const void* newline = std::memchr(p, '\n', static_cast<size_t>(end - p));
  return newline != nullptr ? static_cast<const uint8_t*>(newline) : end;
}

bool IsUtf8(const uint8_t* from, const uint8_t* to) {
  return simdjson::validate_utf8(reinterpret_cast<const char*>(from),
                                 static_cast<size_t>(to - from));
}

// Where text that is not UTF-8 stops being it: the first byte of the first bad sequence.
const uint8_t* FirstInvalidUtf8(const uint8_t* from, const uint8_t* to) {
  for (const uint8_t* p = from; p < to;) {
    const int length = std::max(1, std::countl_one(*p));  // as the first byte says
    if (length > to - p || (*p >= 0x80 && !IsUtf8(p, p + length))) return p;
    p += length;
  }
  return to;
}

void BuildNode(const ObservedNode& observed, uint32_t map_keys_max, bool is_root, SchemaTree* tree,
               Node* node) {
  node->pinned = observed.pinned;
  node->cast = observed.cast;
  node->precision = observed.precision;
  node->scale = observed.scale;
  Facts facts = observed.facts;
  if (!is_root && observed.fields.size() > map_keys_max) facts |= kFactJson;
  if (!is_root) tree->Retype(node, facts);
  if (node->action == Action::kStruct) {
    for (const auto& [key, child] : observed.fields) {
      ObjectField* field = tree->AddField(node, key);
      field->min_position = child.min_position;
      BuildNode(child, map_keys_max, false, tree, &field->node);
    }
  } else if (IsRepeated(node->action) && observed.element != nullptr) {
    BuildNode(*observed.element, map_keys_max, false, tree, tree->EnsureElement(node));
  }
}

ObservedNode ObserveNode(const Node& node, uint32_t min_position) {
  ObservedNode observed;
  observed.facts = node.facts;
  observed.pinned = node.pinned;
  observed.cast = node.cast;
  observed.precision = observed.declares_decimal() ? node.precision : 0;
  observed.scale = observed.declares_decimal() ? node.scale : 0;
  observed.min_position = min_position;
  for (const auto& field : node.fields) {
    observed.fields.emplace(field->key, ObserveNode(field->node, field->min_position));
  }
  if (node.element != nullptr) {
    observed.element = std::make_unique<ObservedNode>(ObserveNode(*node.element, 0));
  }
  return observed;
}

TypeKind KindOf(Action action) {
  switch (action) {
    case Action::kUnknown: return TypeKind::kUnknown;
    case Action::kBool: return TypeKind::kBool;
    case Action::kInt64: return TypeKind::kInt64;
    case Action::kDouble: return TypeKind::kDouble;
    case Action::kDecimal: return TypeKind::kDecimal;
    case Action::kNumberText:
    case Action::kString: return TypeKind::kString;
    case Action::kTimestampUtc: return TypeKind::kTimestampUtc;
    case Action::kTimestampLocal: return TypeKind::kTimestampLocal;
    case Action::kDate: return TypeKind::kDate;
    case Action::kJson: return TypeKind::kJson;
    case Action::kStruct: return TypeKind::kStruct;
    case Action::kList: return TypeKind::kList;
    case Action::kMap: return TypeKind::kMap;
  }
  return TypeKind::kUnknown;
}

// A column that is filled by the parser itself, not from keys.
struct ExtraColumn {
  ExtraColumn(TypeKind kind, const PageSettings& pages, std::vector<LeafBuilder*>* queue)
      : leaf(kind, 0, pages, queue) {
    PathStep step;
    step.presence = &leaf.presence();
    leaf.SetPath({step});
  }

  void AddText(std::string_view text, uint32_t row) {
    leaf.presence().Add(row);
    if (!leaf.uses_dictionary()) {
      leaf.AppendBytes(text);
      return;
    }
    padded.assign(text);
    padded.append(16, '\0');
    const TokenKey key = MakeTokenKey(reinterpret_cast<const uint8_t*>(padded.data()),
                                      static_cast<uint32_t>(text.size()));
    const uint32_t index = leaf.Find(key);
    if (index != TokenDictionary::kNotFound) {
      leaf.PushIndex(index);
    } else {
      leaf.PushNewBytes(key, text, false, row);
    }
  }

  void AddInt64(uint64_t number, uint32_t row) {
    uint8_t value[16] = {};
    std::memcpy(value, &number, 8);
    leaf.presence().Add(row);
    if (leaf.uses_dictionary()) {
      const TokenKey key = MakeTokenKey(value, 8);
      leaf.PushNewFixed(key, value, row, false, true);
    } else {
      leaf.AppendFixed(value, row, false);
    }
  }

  LeafBuilder leaf;
  std::string padded;
};

}  // namespace

struct RowParser::Impl {
  Impl(const RowParserOptions& options_in, const ObservedNode& schema, RowSink* sink_in)
      : options(options_in), sink(sink_in), tree(options.pages), kernel(KernelFor(options.simd)) {
    state.tree = &tree;
    state.speculate = options.speculate;
    state.timestamps_as_strings = options.timestamps_as_strings;
    state.pinned = options.pinned;
    state.rescue = options.rescue;
    state.depth_max = options.depth_max;
    state.map_keys_max = options.map_keys_max;
    BuildNode(schema, options.map_keys_max, true, &tree, &tree.root());
    if (options.source_columns) {
      source.emplace(TypeKind::kString, options.pages, &extra_queue);
      line.emplace(TypeKind::kInt64, options.pages, &extra_queue);
    }
    if (options.rescue) rescued.emplace(TypeKind::kJson, options.pages, &extra_queue);
  }

  const uint8_t* TryLine(const uint8_t* p) {
    ++state.row_serial;
    state.code = ParseCode::kOk;
    state.rescued.clear();
    const uint8_t* after = kernel(&state, p);
    if (after == nullptr) return nullptr;
    if (*after == '\n') return after;
    after = SkipSpace(after);
    if (*after == '\n') return after;
    state.code = ParseCode::kTrailingGarbage;
    state.error_at = after;
    return nullptr;
  }

  // Whether the general parser finds the line valid; if not, `state` says why. What it says does
  // not depend on the lines before, as what the kernel met first may.
  bool IsValid(const uint8_t* p) {
    const SkipResult checked = SkipValue(p, 0, options.depth_max);
    if (checked.code != ParseCode::kOk) {
      state.code = checked.code;
      state.error_at = checked.end;
      return false;
    }
    if (const uint8_t* after = SkipSpace(checked.end); *after != '\n') {
      state.code = ParseCode::kTrailingGarbage;
      state.error_at = after;
      return false;
    }
    return true;
  }

  // The line is valid and wants another schema.
  const uint8_t* ChangeSchemaAndRetry(const uint8_t* p) {
    state.may_change = true;
    const uint8_t* after = nullptr;
    for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
      after = TryLine(p);
      if (after != nullptr || state.code != ParseCode::kDeviates) break;
      tree.Rollback(state.row, state.row_serial);
    }
    state.may_change = false;
    if (state.lost_values) DiscardOutput();
    return after;
  }

  // Gives the newline of the line at `p`, or null with the reason in `state`, rolled back.
  const uint8_t* ParseLine(const uint8_t* p) {
    const uint8_t* newline = TryLine(p);
    if (newline != nullptr) [[likely]]
      return newline;
    tree.Rollback(state.row, state.row_serial);
    if (!IsValid(p) || state.code != ParseCode::kDeviates) return nullptr;
    newline = ChangeSchemaAndRetry(p);
    if (newline == nullptr) tree.Rollback(state.row, state.row_serial);
    return newline;
  }

  void CommitRow(uint64_t line_number, std::string_view path) {
    if (source.has_value()) {
      source->AddText(path, state.row);
      line->AddInt64(line_number + 1, state.row);
    }
    if (!state.rescued.empty()) {
      rescued->AddText("{" + state.rescued + "}", state.row);
    }
    ++state.row;
    if (!tree.flush_queue().empty()) [[unlikely]]
      tree.FlushQueued(state.row, &scratch);
    if (!extra_queue.empty()) [[unlikely]] {
      for (LeafBuilder* leaf : extra_queue) leaf->Flush(state.row, state.row, &scratch);
      extra_queue.clear();
    }
    if (state.row % kPageRows == 0) [[unlikely]]
      FlushOld();
    if (state.row == options.row_group_rows) [[unlikely]]
      Finish();
  }

  void FlushOld() {
    const LevelCache::Scope shared(&scratch.levels);
    tree.FlushOld(state.row, &scratch);
    for (auto* column : {&source, &line, &rescued}) {
      if (!column->has_value()) continue;
      LeafBuilder& leaf = (*column)->leaf;
      if (leaf.page_is_old(state.row)) leaf.Flush(state.row, state.row, &scratch);
    }
  }

  void TakeNode(Node* node, RowGroupNode* out) {
    out->kind = KindOf(node->action);
    if (node->leaf != nullptr) {
      group.numbers_rounded += node->leaf->rounded_values();
      out->has_values = node->leaf->has_values() || !node->leaf->presence().empty();
      out->chunk = node->leaf->Finish(state.row, &scratch);
      return;
    }
    // Columns first: their levels are made from this node's presence.
    if (IsRepeated(node->action)) {
      out->element = std::make_unique<RowGroupNode>();
      TakeNode(node->element.get(), out->element.get());
      if (node->keys != nullptr) {
        out->keys = node->keys->column.leaf->Finish(state.row, &scratch);
      }
    } else if (node->action == Action::kStruct) {
      for (const auto& field : node->fields) {
        out->fields.push_back(std::make_unique<RowGroupNode>());
        out->fields.back()->key = field->key;
        TakeNode(&field->node, out->fields.back().get());
      }
    }
    out->has_values = !node->presence.empty();
    out->presence = std::move(node->presence);
    out->list_lengths = std::move(node->list_lengths);
  }

  void Finish() {
    if (state.row == 0) return;
    group = RowGroup();
    group.rows = state.row;
    group.lost_values = state.lost_values;
    {
      const LevelCache::Scope shared(&scratch.levels);
      TakeNode(&tree.root(), &group.root);
    }
    for (auto* column : {&source, &line, &rescued}) {
      if (column->has_value()) group.extra.push_back((*column)->leaf.Finish(state.row, &scratch));
    }
    tree.ClearRowGroup();
    extra_queue.clear();
    state.row = 0;
    sink->OnRowGroup(std::move(group));
  }

  void DiscardOutput() { options.pages.discard = true; }

  // `line_bytes`: its length; an oversized block holds less of it.
  void ReportBad(const Block& block, const uint8_t* line_begin, uint64_t line_bytes,
                 uint64_t line_number) {
    const uint8_t* data = reinterpret_cast<const uint8_t*>(block.data);
    BadLine bad;
    bad.file = block.file;
    bad.line = line_number;
    bad.line_offset = block.file_offset + static_cast<uint64_t>(line_begin - data);
    bad.error_offset = block.file_offset + static_cast<uint64_t>(state.error_at - data);
    bad.code = state.code;
    bad.raw_bytes = line_bytes;
    if (!block.oversized) {
      bad.raw.assign(reinterpret_cast<const char*>(line_begin),
                     std::min<uint64_t>(bad.raw_bytes, options.quarantine_raw_bytes));
    }
    sink->OnBadLine(std::move(bad));
  }

  RowParserOptions options;
  RowSink* sink;
  SchemaTree tree;
  RowKernel kernel;
  RowState state;
  PageScratch scratch;
  RowGroup group;
  std::vector<LeafBuilder*> extra_queue;
  std::optional<ExtraColumn> source;
  std::optional<ExtraColumn> line;
  std::optional<ExtraColumn> rescued;
};

RowParser::RowParser(const RowParserOptions& options, const ObservedNode& schema, RowSink* sink)
    : impl_(std::make_unique<Impl>(options, schema, sink)) {}

RowParser::~RowParser() = default;

LineCounts RowParser::ParseBlock(const Block& block, uint64_t first_line, std::string_view path) {
  Impl& parser = *impl_;
  RowState& state = parser.state;
  LineCounts counts;
  const uint8_t* p = reinterpret_cast<const uint8_t*>(block.data);
  const uint8_t* const end = p + block.size;
  if (block.oversized) {
    state.code = ParseCode::kLineTooLong;
    state.error_at = p;
    parser.ReportBad(block, p, block.line_bytes, first_line);
    counts.lines = counts.quarantined = 1;
    return counts;
  }
  const bool valid_utf8 = IsUtf8(p, end);
  while (p < end) {
    const uint8_t* const begin = p;
    ++counts.lines;
    p = SkipSpace(p);
    if (*p == '\n') {
      ++counts.blank;
      ++p;
      continue;
    }
    const uint8_t* newline = nullptr;
    if (!valid_utf8 && !IsUtf8(begin, LineEnd(begin, end))) {
      state.code = ParseCode::kInvalidUtf8;
      state.error_at = FirstInvalidUtf8(begin, LineEnd(begin, end));
    } else if (*p != '{') {
      state.code = ParseCode::kNotAnObject;
      state.error_at = p;
    } else {
      newline = parser.ParseLine(p);
    }
    if (newline != nullptr) [[likely]] {
      ++counts.rows;
      parser.CommitRow(first_line + counts.lines - 1, path);
    } else {
      ++counts.quarantined;
      newline = LineEnd(begin, end);
      parser.ReportBad(block, begin, static_cast<uint64_t>(newline - begin),
                       first_line + counts.lines - 1);
    }
    p = newline + 1;
  }
  return counts;
}

void RowParser::FinishRowGroup() { impl_->Finish(); }
void RowParser::DiscardOutput() { impl_->DiscardOutput(); }
ObservedNode RowParser::Observed() const { return ObserveNode(impl_->tree.root(), 0); }
size_t RowParser::column_count() const { return impl_->tree.leaf_count(); }

}  // namespace varve
