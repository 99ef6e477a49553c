#include "etl/parquet/metadata_read.h"

#include "etl/parquet/thrift_compact.h"

namespace varve::parquet {
namespace {

template <typename Parse>
void ReadStructs(CompactReader* reader, ThriftType type, const Parse& parse_element) {
  const CompactReader::List list = reader->BeginList(type);
  for (size_t i = 0; i < list.size && !reader->failed(); ++i) parse_element(list.element);
}

template <typename T>
void ReadInts(CompactReader* reader, ThriftType type, std::vector<T>* out) {
  const CompactReader::List list = reader->BeginList(type);
  for (size_t i = 0; i < list.size && !reader->failed(); ++i) {
    out->push_back(static_cast<T>(reader->I64(list.element)));
  }
}

void ReadStrings(CompactReader* reader, ThriftType type, std::vector<std::string>* out) {
  const CompactReader::List list = reader->BeginList(type);
  for (size_t i = 0; i < list.size && !reader->failed(); ++i) {
    out->emplace_back(reader->Binary(list.element));
  }
}

// Field numbers seen, to tell a missing required field from a zero.
class Seen {
 public:
  void Add(int id) {
    if (id >= 0 && id < 64) mask_ |= uint64_t{1} << id;
  }
  void Require(std::initializer_list<int> ids, std::string_view what, CompactReader* reader) const {
    for (const int id : ids) {
      if ((mask_ >> id & 1) == 0) {
        reader->Fail(std::string(what) + " has no field " + std::to_string(id));
      }
    }
  }

 private:
  uint64_t mask_ = 0;
};

int64_t Count(CompactReader* reader, ThriftType type) {
  const int64_t value = reader->I64(type);
  if (value < 0) reader->Fail("negative count, size or offset");
  return value;
}

TimeUnit ReadTimeUnit(CompactReader* reader, ThriftType type) {
  TimeUnit unit = TimeUnit::kMicros;
  for (FieldCursor field(reader, type); field.Next();) {
    unit = static_cast<TimeUnit>(field.id());
    reader->Skip(field.type());
  }
  return unit;
}

void ReadLogicalParameters(CompactReader* reader, ThriftType type, LogicalType* logical) {
  const bool is_decimal = logical->kind == LogicalKind::kDecimal;
  const bool is_time =
      logical->kind == LogicalKind::kTime || logical->kind == LogicalKind::kTimestamp;
  const bool is_integer = logical->kind == LogicalKind::kInteger;
  for (FieldCursor field(reader, type); field.Next();) {
    if (is_decimal && field.id() == 1) {
      logical->scale = reader->I32(field.type());
    } else if (is_decimal && field.id() == 2) {
      logical->precision = reader->I32(field.type());
    } else if (is_time && field.id() == 1) {
      logical->is_adjusted_to_utc = reader->Bool(field.type());
    } else if (is_time && field.id() == 2) {
      logical->unit = ReadTimeUnit(reader, field.type());
    } else if (is_integer && field.id() == 1) {
      logical->bit_width = reader->I32(field.type());
    } else if (is_integer && field.id() == 2) {
      logical->is_signed = reader->Bool(field.type());
    } else {
      reader->Skip(field.type());
    }
  }
}

LogicalType ReadLogicalType(CompactReader* reader, ThriftType type) {
  LogicalType logical;
  for (FieldCursor field(reader, type); field.Next();) {
    logical.kind = static_cast<LogicalKind>(field.id());
    ReadLogicalParameters(reader, field.type(), &logical);
  }
  return logical;
}

SchemaElement ReadSchemaElement(CompactReader* reader, ThriftType type) {
  SchemaElement element;
  Seen seen;
  for (FieldCursor field(reader, type); field.Next();) {
    seen.Add(field.id());
    switch (field.id()) {
      case 1: element.type = static_cast<PhysicalType>(reader->I32(field.type())); break;
      case 2: element.type_length = reader->I32(field.type()); break;
      case 3: element.repetition = static_cast<Repetition>(reader->I32(field.type())); break;
      case 4: element.name = reader->Binary(field.type()); break;
      case 5: element.num_children = reader->I32(field.type()); break;
      case 6: element.converted_type = reader->I32(field.type()); break;
      case 7: element.scale = reader->I32(field.type()); break;
      case 8: element.precision = reader->I32(field.type()); break;
      case 10: element.logical_type = ReadLogicalType(reader, field.type()); break;
      default: reader->Skip(field.type());
    }
  }
  seen.Require({4}, "schema element", reader);
  const auto repetition = static_cast<int32_t>(element.repetition);
  if (repetition < 0 || repetition > 2) reader->Fail("schema element of unknown repetition");
  if (element.type && (*element.type < PhysicalType::kBoolean ||
                       *element.type > PhysicalType::kFixedLenByteArray)) {
    reader->Fail("schema element of unknown physical type");
  }
  if (element.num_children < 0) reader->Fail("negative number of children in the schema");
  return element;
}

Statistics ReadStatistics(CompactReader* reader, ThriftType type) {
  Statistics statistics;
  for (FieldCursor field(reader, type); field.Next();) {
    switch (field.id()) {
      case 3: statistics.null_count = Count(reader, field.type()); break;
      case 4: statistics.distinct_count = Count(reader, field.type()); break;
      case 5: statistics.max_value = reader->Binary(field.type()); break;
      case 6: statistics.min_value = reader->Binary(field.type()); break;
      case 7: statistics.is_max_value_exact = reader->Bool(field.type()); break;
      case 8: statistics.is_min_value_exact = reader->Bool(field.type()); break;
      default: reader->Skip(field.type());  // 1 and 2: the old min and max, of undefined order
    }
  }
  return statistics;
}

SizeStatistics ReadSizeStatistics(CompactReader* reader, ThriftType type) {
  SizeStatistics sizes;
  for (FieldCursor field(reader, type); field.Next();) {
    switch (field.id()) {
      case 1: sizes.unencoded_byte_array_bytes = Count(reader, field.type()); break;
      case 2: ReadInts(reader, field.type(), &sizes.repetition_histogram); break;
      case 3: ReadInts(reader, field.type(), &sizes.definition_histogram); break;
      default: reader->Skip(field.type());
    }
  }
  return sizes;
}

PageEncodingStats ReadPageEncodingStats(CompactReader* reader, ThriftType type) {
  PageEncodingStats stats;
  for (FieldCursor field(reader, type); field.Next();) {
    switch (field.id()) {
      case 1: stats.page_type = static_cast<PageType>(reader->I32(field.type())); break;
      case 2: stats.encoding = reader->I32(field.type()); break;
      case 3: stats.count = reader->I32(field.type()); break;
      default: reader->Skip(field.type());
    }
  }
  return stats;
}

void ReadColumnMetadata(CompactReader* reader, ThriftType type, ColumnChunkMetadata* chunk) {
  Seen seen;
  FileRange bloom;
  int64_t dictionary_offset = 0;
  for (FieldCursor field(reader, type); field.Next();) {
    seen.Add(field.id());
    switch (field.id()) {
      case 1: chunk->type = static_cast<PhysicalType>(reader->I32(field.type())); break;
      case 2: ReadInts(reader, field.type(), &chunk->encodings); break;
      case 3: ReadStrings(reader, field.type(), &chunk->path); break;
      case 4: chunk->codec = reader->I32(field.type()); break;
      case 5: chunk->value_count = Count(reader, field.type()); break;
      case 6: chunk->uncompressed_bytes = Count(reader, field.type()); break;
      case 7: chunk->compressed_bytes = Count(reader, field.type()); break;
      case 9: chunk->data_page_offset = Count(reader, field.type()); break;
      case 11: dictionary_offset = Count(reader, field.type()); break;
      case 12: chunk->statistics = ReadStatistics(reader, field.type()); break;
      case 13:
        ReadStructs(reader, field.type(), [&](ThriftType element) {
          chunk->encoding_stats.push_back(ReadPageEncodingStats(reader, element));
        });
        break;
      case 14: bloom.offset = Count(reader, field.type()); break;
      case 15: bloom.size_bytes = reader->I32(field.type()); break;
      case 16: chunk->size_statistics = ReadSizeStatistics(reader, field.type()); break;
      default: reader->Skip(field.type());
    }
  }
  seen.Require({1, 2, 3, 4, 5, 6, 7, 9}, "column metadata", reader);
  if (bloom.offset > 0) chunk->bloom_filter = bloom;
  // Some writers put 0 where there is no dictionary.
  if (dictionary_offset > 0) chunk->dictionary_page_offset = dictionary_offset;
}

ColumnChunkMetadata ReadColumnChunk(CompactReader* reader, ThriftType type) {
  ColumnChunkMetadata chunk;
  Seen seen;
  FileRange offset_index;
  FileRange column_index;
  for (FieldCursor field(reader, type); field.Next();) {
    seen.Add(field.id());
    switch (field.id()) {
      case 1:
        if (!reader->Binary(field.type()).empty()) reader->Fail("column chunk in another file");
        break;
      case 3: ReadColumnMetadata(reader, field.type(), &chunk); break;
      case 4: offset_index.offset = Count(reader, field.type()); break;
      case 5: offset_index.size_bytes = reader->I32(field.type()); break;
      case 6: column_index.offset = Count(reader, field.type()); break;
      case 7: column_index.size_bytes = reader->I32(field.type()); break;
      default: reader->Skip(field.type());
    }
  }
  seen.Require({3}, "column chunk", reader);
  if (offset_index.size_bytes < 0 || column_index.size_bytes < 0) {
    reader->Fail("page index of negative size");
  }
  if (offset_index.size_bytes > 0) chunk.offset_index = offset_index;
  if (column_index.size_bytes > 0) chunk.column_index = column_index;
  return chunk;
}

RowGroupMetadata ReadRowGroup(CompactReader* reader, ThriftType type) {
  RowGroupMetadata group;
  Seen seen;
  for (FieldCursor field(reader, type); field.Next();) {
    seen.Add(field.id());
    switch (field.id()) {
      case 1:
        ReadStructs(reader, field.type(), [&](ThriftType element) {
          group.columns.push_back(ReadColumnChunk(reader, element));
        });
        break;
      case 2: group.total_bytes = Count(reader, field.type()); break;
      case 3: group.row_count = Count(reader, field.type()); break;
      case 5: group.file_offset = Count(reader, field.type()); break;
      case 6: group.compressed_bytes = Count(reader, field.type()); break;
      case 7: group.ordinal = reader->I32(field.type()); break;
      default: reader->Skip(field.type());
    }
  }
  seen.Require({1, 2, 3}, "row group", reader);
  return group;
}

KeyValue ReadKeyValue(CompactReader* reader, ThriftType type) {
  KeyValue entry;
  for (FieldCursor field(reader, type); field.Next();) {
    switch (field.id()) {
      case 1: entry.key = reader->Binary(field.type()); break;
      case 2: entry.value = reader->Binary(field.type()); break;
      default: reader->Skip(field.type());
    }
  }
  return entry;
}

Error Corrupt(std::string_view what, const CompactReader& reader, uint64_t offset) {
  return Error{Code::kCorrupt, std::string(what) + " at offset " +
                                   std::to_string(offset + reader.position()) + ": " +
                                   reader.reason()};
}

}  // namespace

Result<FileMetadata> ParseFileMetadata(std::span<const uint8_t> in, uint64_t offset) {
  CompactReader reader(in);
  FileMetadata metadata;
  Seen seen;
  for (FieldCursor field(&reader, ThriftType::kStruct); field.Next();) {
    seen.Add(field.id());
    switch (field.id()) {
      case 1: metadata.version = reader.I32(field.type()); break;
      case 2:
        ReadStructs(&reader, field.type(), [&](ThriftType element) {
          metadata.schema.push_back(ReadSchemaElement(&reader, element));
        });
        break;
      case 3: metadata.row_count = Count(&reader, field.type()); break;
      case 4:
        ReadStructs(&reader, field.type(), [&](ThriftType element) {
          metadata.row_groups.push_back(ReadRowGroup(&reader, element));
        });
        break;
      case 5:
        ReadStructs(&reader, field.type(), [&](ThriftType element) {
          metadata.key_values.push_back(ReadKeyValue(&reader, element));
        });
        break;
      case 6: metadata.created_by = reader.Binary(field.type()); break;
      case 7:
        ReadStructs(&reader, field.type(), [&](ThriftType element) {
          reader.Skip(element);
          ++metadata.column_order_count;
        });
        break;
      default: reader.Skip(field.type());
    }
  }
  seen.Require({1, 2, 3, 4}, "file metadata", &reader);
  if (reader.failed()) return Corrupt("footer", reader, offset);
  return metadata;
}

Result<ColumnIndex> ParseColumnIndex(std::span<const uint8_t> in, uint64_t offset) {
  CompactReader reader(in);
  ColumnIndex index;
  for (FieldCursor field(&reader, ThriftType::kStruct); field.Next();) {
    switch (field.id()) {
      case 1: {
        const CompactReader::List list = reader.BeginList(field.type());
        for (size_t i = 0; i < list.size; ++i) index.null_pages.push_back(reader.ElementBool());
        break;
      }
      case 2: ReadStrings(&reader, field.type(), &index.min_values); break;
      case 3: ReadStrings(&reader, field.type(), &index.max_values); break;
      case 4: index.boundary_order = static_cast<BoundaryOrder>(reader.I32(field.type())); break;
      case 5: ReadInts(&reader, field.type(), &index.null_counts); break;
      case 6: ReadInts(&reader, field.type(), &index.repetition_histograms); break;
      case 7: ReadInts(&reader, field.type(), &index.definition_histograms); break;
      default: reader.Skip(field.type());
    }
  }
  const size_t pages = index.null_pages.size();
  if (index.min_values.size() != pages || index.max_values.size() != pages ||
      (!index.null_counts.empty() && index.null_counts.size() != pages)) {
    reader.Fail("lists of different lengths");
  }
  if (reader.failed()) return Corrupt("column index", reader, offset);
  return index;
}

Result<OffsetIndex> ParseOffsetIndex(std::span<const uint8_t> in, uint64_t offset) {
  CompactReader reader(in);
  OffsetIndex index;
  for (FieldCursor field(&reader, ThriftType::kStruct); field.Next();) {
    switch (field.id()) {
      case 1:
        ReadStructs(&reader, field.type(), [&](ThriftType element) {
          PageLocation page;
          for (FieldCursor part(&reader, element); part.Next();) {
            switch (part.id()) {
              case 1: page.offset = Count(&reader, part.type()); break;
              case 2: page.size_bytes = reader.I32(part.type()); break;
              case 3: page.first_row = Count(&reader, part.type()); break;
              default: reader.Skip(part.type());
            }
          }
          index.pages.push_back(page);
        });
        break;
      case 2: ReadInts(&reader, field.type(), &index.unencoded_byte_array_bytes); break;
      default: reader.Skip(field.type());
    }
  }
  if (reader.failed()) return Corrupt("offset index", reader, offset);
  return index;
}

}  // namespace varve::parquet
