#include "etl/parquet/testing/sample.h"

#include <algorithm>
#include <map>

#include "etl/encode/compress.h"
#include "etl/encode/rle_hybrid.h"
#include "etl/parquet/file_writer.h"
#include "etl/parquet/page_header.h"

namespace varve::parquet {
namespace {

struct Slot {
  int repetition = 0;
  int definition = 0;
  const std::string* value = nullptr;  // null below the maximum definition level
};

using LeafSlots = std::vector<std::vector<Slot>>;  // by leaf

size_t LeafCount(const Field& field) {
  if (field.kind == TypeKind::kMap) return 1 + LeafCount(field.children[0]);
  if (field.kind == TypeKind::kList) return LeafCount(field.children[0]);
  if (field.kind != TypeKind::kStruct) return 1;
  size_t count = 0;
  for (const Field& child : field.children) count += LeafCount(child);
  return count;
}

// Dremel shredding of one value; `leaf` is the first leaf of `field`.
class Shredder {
 public:
  explicit Shredder(LeafSlots* out) : out_(out) {}

  void Add(const Field& field, const SampleValue& value, size_t leaf, int repetition,
           int definition, int depth) {
    if (value.is_null) return AddAbsent(leaf, LeafCount(field), repetition, definition);
    ++definition;
    switch (field.kind) {
      case TypeKind::kStruct:
        for (size_t i = 0; i < field.children.size(); ++i) {
          Add(field.children[i], value.parts[i], leaf, repetition, definition, depth);
          leaf += LeafCount(field.children[i]);
        }
        return;
      case TypeKind::kList:
      case TypeKind::kMap:
        return AddRepeated(field, value, leaf, repetition, definition, depth + 1);
      default: (*out_)[leaf].push_back({repetition, definition, &value.scalar});
    }
  }

 private:
  void AddAbsent(size_t leaf, size_t count, int repetition, int definition) {
    for (size_t i = 0; i < count; ++i) (*out_)[leaf + i].push_back({repetition, definition, {}});
  }

  void AddRepeated(const Field& field, const SampleValue& value, size_t leaf, int repetition,
                   int definition, int depth) {
    if (value.parts.empty()) return AddAbsent(leaf, LeafCount(field), repetition, definition);
    const bool is_map = field.kind == TypeKind::kMap;
    for (size_t i = 0; i < value.parts.size(); i += is_map ? 2 : 1) {
      const int level = i == 0 ? repetition : depth;
      if (is_map) (*out_)[leaf].push_back({level, definition + 1, &value.parts[i].scalar});
      Add(field.children[0], value.parts[i + is_map], leaf + is_map, level, definition + 1, depth);
    }
  }

  LeafSlots* out_;
};

class LeafEncoder {
 public:
  LeafEncoder(const LeafColumn& leaf, const SampleOptions& options)
      : leaf_(leaf), options_(options) {}

  EncodedChunk Encode(const std::vector<Slot>& slots) {
    if (options_.dictionary && leaf_.type != PhysicalType::kBoolean) BuildDictionary(slots);
    size_t row = 0;
    for (size_t begin = 0; begin < slots.size();) {
      size_t end = begin;
      size_t rows = 0;
      while (end < slots.size()) {
        if (slots[end].repetition == 0 && rows++ == options_.page_rows) break;
        ++end;
      }
      AddPage({slots.begin() + static_cast<long>(begin), slots.begin() + static_cast<long>(end)},
              row);
      row += options_.page_rows;
      begin = end;
    }
    return std::move(chunk_);
  }

 private:
  void AppendPlain(const std::string& value, Buffer* out) const {
    if (leaf_.type == PhysicalType::kByteArray) {
      out->AppendValue(static_cast<uint32_t>(value.size()));
    }
    out->Append(value);
  }

  void BuildDictionary(const std::vector<Slot>& slots) {
    std::vector<std::string> entries;
    for (const Slot& slot : slots) {
      if (slot.value == nullptr) continue;
      const auto next = static_cast<uint16_t>(entries.size());
      if (dictionary_.emplace(*slot.value, next).second) entries.push_back(*slot.value);
    }
    if (entries.empty() || entries.size() > slots.size() / 4) return dictionary_.clear();
    Buffer body;
    for (const std::string& entry : entries) AppendPlain(entry, &body);
    Buffer packed;
    (void)Compress(options_.codec, 0, body.bytes(), &packed).ok();
    AppendDictionaryPageHeader(static_cast<uint32_t>(entries.size()), body.size(), packed.bytes(),
                               &chunk_.bytes);
    chunk_.uncompressed_bytes += chunk_.bytes.size() + body.size();
    chunk_.bytes.Append(packed.view());
    chunk_.has_dictionary = true;
    chunk_.data_offset = chunk_.bytes.size();
  }

  static void AppendLevels(const std::vector<Slot>& slots, int Slot::*level, int max_level,
                           std::vector<uint64_t>* histogram, Buffer* body) {
    if (max_level == 0) return;
    histogram->resize(static_cast<size_t>(max_level) + 1);
    Buffer levels;
    LevelRunEncoder encoder(BitWidthFor(static_cast<uint32_t>(max_level)), &levels);
    for (const Slot& slot : slots) {
      encoder.Add(static_cast<uint32_t>(slot.*level), 1);
      ++(*histogram)[static_cast<size_t>(slot.*level)];
    }
    encoder.Finish();
    body->AppendValue(static_cast<uint32_t>(levels.size()));
    body->Append(levels.view());
  }

  Bounds BoundsOf(const std::string& value) const {
    return leaf_.order == BoundOrder::kBytes ? StringBounds(value, value)
                                             : DecimalBounds(value, value);
  }

  void AppendValues(const std::vector<const std::string*>& values, Buffer* body) {
    if (chunk_.has_dictionary) {
      std::vector<uint16_t> indices;
      for (const std::string* value : values) indices.push_back(dictionary_.at(*value));
      const int width = BitWidthFor(static_cast<uint32_t>(dictionary_.size() - 1));
      body->AppendByte(static_cast<uint8_t>(width));
      AppendRleHybrid(indices.data(), indices.size(), width, 1, body);
    } else if (leaf_.type == PhysicalType::kBoolean) {
      std::string bits((values.size() + 7) / 8, '\0');
      for (size_t i = 0; i < values.size(); ++i) {
        bits[i / 8] = static_cast<char>(bits[i / 8] | (*values[i])[0] << (i % 8));
      }
      body->Append(bits);
    } else {
      for (const std::string* value : values) AppendPlain(*value, body);
    }
  }

  void AddPage(const std::vector<Slot>& slots, size_t first_row) {
    DataPageInfo page;
    page.first_row = first_row;
    page.value_count = slots.size();
    page.encoding = chunk_.has_dictionary ? Encoding::kRleDictionary : Encoding::kPlain;
    std::vector<const std::string*> values;
    for (const Slot& slot : slots) {
      if (slot.value == nullptr) continue;
      values.push_back(slot.value);
      if (leaf_.type == PhysicalType::kByteArray) page.plain_bytes += slot.value->size();
      const Bounds bounds = BoundsOf(*slot.value);
      Widen(bounds, &page.bounds);
      Widen(bounds, &chunk_.bounds);
    }
    page.null_count = slots.size() - values.size();
    Buffer body;
    AppendLevels(slots, &Slot::repetition, leaf_.max_repetition_level, &page.repetition_histogram,
                 &body);
    AppendLevels(slots, &Slot::definition, leaf_.max_definition_level, &page.definition_histogram,
                 &body);
    AppendValues(values, &body);
    Write(body, &page);
  }

  void Widen(const Bounds& bounds, std::optional<Bounds>* into) const {
    if (*into) {
      MergeBounds(leaf_.order, bounds, &**into);
    } else {
      *into = bounds;
    }
  }

  void Write(const Buffer& body, DataPageInfo* page) {
    Buffer packed;
    (void)Compress(options_.codec, 0, body.bytes(), &packed).ok();
    page->offset = chunk_.bytes.size();
    AppendDataPageHeaderV1(static_cast<uint32_t>(page->value_count), page->encoding, body.size(),
                           packed.bytes(), &chunk_.bytes);
    chunk_.uncompressed_bytes += chunk_.bytes.size() - page->offset + body.size();
    chunk_.bytes.Append(packed.view());
    page->size_bytes = static_cast<uint32_t>(chunk_.bytes.size() - page->offset);
    chunk_.pages.push_back(std::move(*page));
  }

  const LeafColumn& leaf_;
  const SampleOptions& options_;
  std::map<std::string, uint16_t> dictionary_;
  EncodedChunk chunk_;
};

std::string BigEndian(int64_t value, int size) {
  std::string bytes(static_cast<size_t>(size), value < 0 ? '\xFF' : '\0');
  for (int i = 0; i < size && i < 8; ++i) {
    bytes[static_cast<size_t>(size - 1 - i)] = static_cast<char>(value >> (8 * i));
  }
  return bytes;
}

Field Make(const std::string& name, TypeKind kind, std::vector<Field> children = {}) {
  Field field;
  field.name = name;
  field.source_name = name;
  field.kind = kind;
  field.children = std::move(children);
  return field;
}

Field MakeDecimal(const std::string& name, int precision, int scale) {
  Field field = Make(name, TypeKind::kDecimal);
  field.precision = precision;
  field.scale = scale;
  return field;
}

SampleValue Text(const std::string& text) { return Scalar(text); }

SampleValue Repeat(size_t count, const auto& make) {
  SampleValue group = Group({});
  for (size_t i = 0; i < count; ++i) make(i, &group.parts);
  return group;
}

SampleValue SampleRow(int64_t i) {
  const auto n = static_cast<size_t>(i);
  const std::string number = std::to_string(i);
  std::vector<SampleValue> columns = {
      Number<uint8_t>(i % 3 == 0),
      Number<int64_t>(i * 1000003 - 5),
      Number<double>(static_cast<double>(i) * 0.5 - 100),
      Scalar(BigEndian(i * 12345 - 70000, DecimalBytes(20))),
      Scalar(BigEndian(-i, DecimalBytes(38))),
      Text("s" + std::to_string(i % 10)),
      Text(std::string(100, 'x') + number),
      Number<int64_t>(1'700'000'000'000'000 + i * 1'000'001),
      Number<int64_t>(-1'000'000'007 * i),
      Number<int32_t>(static_cast<int32_t>(19000 - i)),
      Text("{\"k\": " + number + "}"),
      SampleValue{},
      Group({Number<int64_t>(i), i % 5 == 0 ? SampleValue{} : Text("t" + number)}),
      Repeat(n % 4,
             [&](size_t k, auto* out) {
               out->push_back(k == 1 ? SampleValue{}
                                     : Number<int64_t>(i + static_cast<int64_t>(k)));
             }),
      Repeat(n % 3,
             [&](size_t k, auto* out) {
               out->push_back(Text("k" + std::to_string(k)));
               out->push_back(k == 1 ? SampleValue{} : Number<double>(static_cast<double>(i) / 4));
             }),
      Repeat(n % 3,
             [&](size_t k, auto* out) {
               out->push_back(Repeat(k + n % 2, [&](size_t j, auto* inner) {
                 inner->push_back(Group({Text("e" + std::to_string(j))}));
               }));
             }),
  };
  for (size_t c = 0; c < columns.size(); ++c) {
    if ((n + c) % 7 == 3) columns[c] = SampleValue{};
  }
  return Group(std::move(columns));
}

}  // namespace

SampleValue Scalar(std::string bytes) {
  return {.is_null = false, .scalar = std::move(bytes), .parts = {}};
}

SampleValue Group(std::vector<SampleValue> parts) {
  return {.is_null = false, .scalar = {}, .parts = std::move(parts)};
}

EncodedRowGroup EncodeSampleRows(const Schema& schema, const std::vector<SampleValue>& rows,
                                 size_t begin, size_t end, const SampleOptions& options) {
  const ParquetSchema parquet = BuildParquetSchema(schema).value();
  LeafSlots slots(parquet.leaves.size());
  Shredder shredder(&slots);
  for (size_t row = begin; row < end; ++row) {
    size_t leaf = 0;
    for (size_t i = 0; i < schema.fields.size(); ++i) {
      shredder.Add(schema.fields[i], rows[row].parts[i], leaf, 0, 0, 0);
      leaf += LeafCount(schema.fields[i]);
    }
  }
  EncodedRowGroup group;
  group.row_count = end - begin;
  for (size_t leaf = 0; leaf < slots.size(); ++leaf) {
    group.chunks.push_back(LeafEncoder(parquet.leaves[leaf], options).Encode(slots[leaf]));
  }
  return group;
}

Schema SampleSchema() {
  using enum TypeKind;
  return Schema{{
      Make("flag", kBool),
      Make("number", kInt64),
      Make("ratio", kDouble),
      MakeDecimal("price", 20, 2),
      MakeDecimal("big", 38, 0),
      Make("text", kString),
      Make("long_text", kString),
      Make("at", kTimestampUtc),
      Make("local", kTimestampLocal),
      Make("day", kDate),
      Make("json", kJson),
      Make("unknown", kUnknown),
      Make("object", kStruct, {Make("a", kInt64), Make("t", kString)}),
      Make("numbers", kList, {Make("element", kInt64)}),
      Make("map", kMap, {Make("value", kDouble)}),
      Make("nested", kList,
           {Make("element", kList, {Make("element", kStruct, {Make("e", kString)})})}),
  }};
}

std::vector<SampleValue> SampleRows(size_t count) {
  std::vector<SampleValue> rows;
  for (size_t i = 0; i < count; ++i) rows.push_back(SampleRow(static_cast<int64_t>(i)));
  return rows;
}

Status WriteSampleFile(const std::string& path, const SampleOptions& options) {
  constexpr size_t kRows = 1000;
  constexpr size_t kGroupRows = 600;
  const Schema schema = SampleSchema();
  const std::vector<SampleValue> rows = SampleRows(kRows);
  FileWriterOptions writer_options;
  writer_options.codec = options.codec;
  VARVE_ASSIGN_OR_RETURN(FileWriter writer, FileWriter::Create(path, schema, writer_options));
  for (size_t begin = 0; begin < kRows; begin += kGroupRows) {
    const size_t end = std::min(begin + kGroupRows, kRows);
    VARVE_RETURN_IF_ERROR(writer.Append(EncodeSampleRows(schema, rows, begin, end, options)));
  }
  VARVE_RETURN_IF_ERROR(writer.Close({{"sample", "1,000 rows"}}));
  return writer.Publish();
}

}  // namespace varve::parquet
