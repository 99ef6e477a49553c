#include "etl/parquet/page_header.h"

#include <isa-l/crc.h>

#include <string>

#include "etl/parquet/thrift_compact.h"

namespace varve::parquet {
namespace {

void WriteCommon(PageType type, size_t uncompressed_bytes, std::span<const uint8_t> body,
                 CompactWriter* writer) {
  writer->I32(1, static_cast<int32_t>(type));
  writer->I32(2, static_cast<int32_t>(uncompressed_bytes));
  writer->I32(3, static_cast<int32_t>(body.size()));
  writer->I32(4, static_cast<int32_t>(PageCrc(body)));
}

void ReadDataHeader(CompactReader* reader, ThriftType type, PageHeader* header) {
  for (FieldCursor field(reader, type); field.Next();) {
    switch (field.id()) {
      case 1: header->value_count = reader->I32(field.type()); break;
      case 2: header->encoding = reader->I32(field.type()); break;
      case 3: header->definition_encoding = reader->I32(field.type()); break;
      case 4: header->repetition_encoding = reader->I32(field.type()); break;
      default: reader->Skip(field.type());
    }
  }
}

void ReadDictionaryHeader(CompactReader* reader, ThriftType type, PageHeader* header) {
  for (FieldCursor field(reader, type); field.Next();) {
    switch (field.id()) {
      case 1: header->value_count = reader->I32(field.type()); break;
      case 2: header->encoding = reader->I32(field.type()); break;
      default: reader->Skip(field.type());
    }
  }
}

void ReadDataHeaderV2(CompactReader* reader, ThriftType type, PageHeader* header) {
  for (FieldCursor field(reader, type); field.Next();) {
    switch (field.id()) {
      case 1: header->value_count = reader->I32(field.type()); break;
      case 2: header->null_count = reader->I32(field.type()); break;
      case 3: header->row_count = reader->I32(field.type()); break;
      case 4: header->encoding = reader->I32(field.type()); break;
      case 5: header->definition_bytes = reader->I32(field.type()); break;
      case 6: header->repetition_bytes = reader->I32(field.type()); break;
      case 7: header->is_compressed = reader->Bool(field.type()); break;
      default: reader->Skip(field.type());
    }
  }
}

// What thrift cannot check. `body_field` is the number of the type's own header, 0 when missing.
void CheckHeader(const PageHeader& header, bool has_type, int body_field, CompactReader* reader) {
  constexpr int kBodyField[] = {5, 6, 7, 8};
  const int32_t type = static_cast<int32_t>(header.type);
  if (!has_type || type < 0 || type > 3) return reader->Fail("unknown page type");
  if (header.type != PageType::kIndex && body_field != kBodyField[type]) {
    return reader->Fail("page header without the part its type needs");
  }
  for (const int32_t number :
       {header.uncompressed_bytes, header.compressed_bytes, header.value_count, header.null_count,
        header.row_count, header.definition_bytes, header.repetition_bytes}) {
    if (number < 0) return reader->Fail("negative number in a page header");
  }
  const int64_t level_bytes = int64_t{header.definition_bytes} + header.repetition_bytes;
  if (level_bytes > header.compressed_bytes) reader->Fail("levels are larger than their page");
  if (header.null_count > header.value_count) reader->Fail("more nulls than values");
}

}  // namespace

uint32_t PageCrc(std::span<const uint8_t> body) {
  return crc32_gzip_refl(0, body.data(), body.size());
}

void AppendDataPageHeaderV1(uint32_t value_count, Encoding encoding, size_t uncompressed_bytes,
                            std::span<const uint8_t> body, Buffer* out) {
  CompactWriter writer(out);
  writer.BeginStruct();
  WriteCommon(PageType::kData, uncompressed_bytes, body, &writer);
  writer.BeginStruct(5);
  writer.I32(1, static_cast<int32_t>(value_count));
  writer.I32(2, static_cast<int32_t>(encoding));
  writer.I32(3, static_cast<int32_t>(Encoding::kRle));
  writer.I32(4, static_cast<int32_t>(Encoding::kRle));
  writer.EndStruct();
  writer.EndStruct();
}

void AppendDictionaryPageHeader(uint32_t value_count, size_t uncompressed_bytes,
                                std::span<const uint8_t> body, Buffer* out) {
  CompactWriter writer(out);
  writer.BeginStruct();
  WriteCommon(PageType::kDictionary, uncompressed_bytes, body, &writer);
  writer.BeginStruct(7);
  writer.I32(1, static_cast<int32_t>(value_count));
  writer.I32(2, static_cast<int32_t>(Encoding::kPlain));
  writer.EndStruct();
  writer.EndStruct();
}

Result<PageHeader> ReadPageHeader(std::span<const uint8_t> in, uint64_t offset) {
  CompactReader reader(in);
  PageHeader header;
  bool has_type = false;
  int body_field = 0;
  for (FieldCursor field(&reader, ThriftType::kStruct); field.Next();) {
    if (field.id() >= 5 && field.id() <= 8) body_field = field.id();
    switch (field.id()) {
      case 1:
        header.type = static_cast<PageType>(reader.I32(field.type()));
        has_type = true;
        break;
      case 2: header.uncompressed_bytes = reader.I32(field.type()); break;
      case 3: header.compressed_bytes = reader.I32(field.type()); break;
      case 4: header.crc = static_cast<uint32_t>(reader.I32(field.type())); break;
      case 5: ReadDataHeader(&reader, field.type(), &header); break;
      case 7: ReadDictionaryHeader(&reader, field.type(), &header); break;
      case 8: ReadDataHeaderV2(&reader, field.type(), &header); break;
      default: reader.Skip(field.type());
    }
  }
  if (!reader.failed()) CheckHeader(header, has_type, body_field, &reader);
  if (reader.failed()) {
    return Error{Code::kCorrupt,
                 "page header at offset " + std::to_string(offset) + ": " + reader.reason()};
  }
  header.header_bytes = reader.position();
  return header;
}

}  // namespace varve::parquet
