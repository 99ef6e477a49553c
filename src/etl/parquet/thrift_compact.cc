#include "etl/parquet/thrift_compact.h"

namespace varve::parquet {
namespace {

constexpr int kMaxDepth = 32;  // Parquet's own structs nest 6 deep

bool IsInteger(ThriftType type) { return type >= ThriftType::kI8 && type <= ThriftType::kI64; }

}  // namespace

void CompactWriter::Varint(uint64_t value) {
  uint8_t* out = out_->Reserve(10);
  size_t size = 0;
  for (; value >= 0x80; value >>= 7) out[size++] = static_cast<uint8_t>(value | 0x80);
  out[size++] = static_cast<uint8_t>(value);
  out_->Advance(size);
}

void CompactWriter::Zigzag(int64_t value) {
  Varint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63));
}

void CompactWriter::FieldHeader(int id, ThriftType type) {
  const int delta = id - last_ids_.back();
  last_ids_.back() = id;
  if (delta >= 1 && delta <= 15) {
    out_->AppendByte(static_cast<uint8_t>(delta << 4 | static_cast<int>(type)));
    return;
  }
  out_->AppendByte(static_cast<uint8_t>(type));
  Zigzag(id);
}

void CompactWriter::BeginStruct(int id) {
  FieldHeader(id, ThriftType::kStruct);
  BeginStruct();
}

void CompactWriter::EndStruct() {
  out_->AppendByte(0);
  last_ids_.pop_back();
}

void CompactWriter::EmptyStruct(int id) {
  BeginStruct(id);
  EndStruct();
}

void CompactWriter::Bool(int id, bool value) {
  FieldHeader(id, value ? ThriftType::kTrue : ThriftType::kFalse);
}

void CompactWriter::I16(int id, int16_t value) {
  FieldHeader(id, ThriftType::kI16);
  Zigzag(value);
}

void CompactWriter::I32(int id, int32_t value) {
  FieldHeader(id, ThriftType::kI32);
  Zigzag(value);
}

void CompactWriter::I64(int id, int64_t value) {
  FieldHeader(id, ThriftType::kI64);
  Zigzag(value);
}

void CompactWriter::Binary(int id, std::string_view value) {
  FieldHeader(id, ThriftType::kBinary);
  ElementBinary(value);
}

void CompactWriter::ElementBinary(std::string_view value) {
  Varint(value.size());
  out_->Append(value);
}

void CompactWriter::BeginList(int id, ThriftType element, size_t size) {
  FieldHeader(id, ThriftType::kList);
  const uint8_t type = static_cast<uint8_t>(element);
  if (size < 15) {
    out_->AppendByte(static_cast<uint8_t>(size << 4 | type));
    return;
  }
  out_->AppendByte(static_cast<uint8_t>(0xF0 | type));
  Varint(size);
}

void CompactReader::Fail(std::string_view reason) {
  if (failed_) return;
  failed_ = true;
  reason_ = reason;
}

uint8_t CompactReader::Byte() {
  if (failed_) return 0;
  if (at_ >= in_.size()) {
    Fail("metadata ends too early");
    return 0;
  }
  return in_[at_++];
}

uint64_t CompactReader::Varint() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const uint8_t byte = Byte();
    value |= uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80) == 0) return value;
  }
  Fail("integer too long");
  return 0;
}

int64_t CompactReader::I64(ThriftType type) {
  if (type == ThriftType::kI8) return static_cast<int8_t>(Byte());
  if (!IsInteger(type)) {
    Fail("field is not the integer it should be");
    return 0;
  }
  const uint64_t raw = Varint();
  return static_cast<int64_t>(raw >> 1) ^ -static_cast<int64_t>(raw & 1);
}

int32_t CompactReader::I32(ThriftType type) {
  const int64_t value = I64(type);
  if (value != static_cast<int32_t>(value)) Fail("integer does not fit 32 bits");
  return failed_ ? 0 : static_cast<int32_t>(value);
}

bool CompactReader::Bool(ThriftType type) {
  if (type != ThriftType::kTrue && type != ThriftType::kFalse) Fail("field is not a bool");
  return type == ThriftType::kTrue;
}

bool CompactReader::ElementBool() {
  const uint8_t byte = Byte();
  if (byte > 2) Fail("list element is not a bool");
  return byte == 1;
}

std::string_view CompactReader::Binary(ThriftType type) {
  if (type != ThriftType::kBinary) Fail("field is not the string it should be");
  const uint64_t size = Varint();
  if (failed_) return {};
  if (size > in_.size() - at_) {
    Fail("string runs past the end");
    return {};
  }
  const std::string_view text(reinterpret_cast<const char*>(in_.data() + at_), size);
  at_ += size;
  return text;
}

CompactReader::List CompactReader::BeginList(ThriftType type) {
  if (type != ThriftType::kList && type != ThriftType::kSet) Fail("field is not a list");
  const uint8_t header = Byte();
  List list;
  list.element = static_cast<ThriftType>(header & 0x0F);
  list.size = header >> 4 == 15 ? Varint() : header >> 4;
  if (!failed_ && list.size > in_.size() - at_) Fail("list is longer than its metadata");
  if (failed_) list.size = 0;
  return list;
}

void CompactReader::SkipBytes(uint64_t count) {
  if (failed_) return;
  if (count > in_.size() - at_) return Fail("metadata ends too early");
  at_ += count;
}

bool CompactReader::Enter() {
  if (depth_ >= kMaxDepth) Fail("nested too deeply");
  if (failed_) return false;
  ++depth_;
  return true;
}

void CompactReader::Skip(ThriftType type) {
  switch (type) {
    case ThriftType::kTrue:
    case ThriftType::kFalse: return;
    case ThriftType::kI8: return SkipBytes(1);
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64: Varint(); return;
    case ThriftType::kDouble: return SkipBytes(8);
    case ThriftType::kBinary: return SkipBytes(Varint());
    case ThriftType::kList:
    case ThriftType::kSet: {
      if (!Enter()) return;
      const List list = BeginList(type);
      const bool bools = list.element == ThriftType::kTrue || list.element == ThriftType::kFalse;
      for (size_t i = 0; i < list.size && !failed_; ++i) bools ? SkipBytes(1) : Skip(list.element);
      return Leave();
    }
    case ThriftType::kStruct:
      for (FieldCursor field(this, type); field.Next();) Skip(field.type());
      return;
    case ThriftType::kMap:  // no Parquet struct has one
    case ThriftType::kStop: break;
  }
  Fail("unknown field type");
}

FieldCursor::FieldCursor(CompactReader* reader, ThriftType type) : reader_(reader) {
  if (type != ThriftType::kStruct) reader->Fail("field is not a struct");
  entered_ = reader->Enter();
}

FieldCursor::~FieldCursor() {
  if (entered_) reader_->Leave();
}

bool FieldCursor::Next() {
  if (!entered_) return false;
  const uint8_t header = reader_->Byte();
  type_ = static_cast<ThriftType>(header & 0x0F);
  if (type_ == ThriftType::kStop || reader_->failed()) return false;
  const int delta = header >> 4;
  const int64_t id = delta != 0 ? int64_t{id_} + delta : reader_->I64(ThriftType::kI16);
  if (id < -32768 || id > 32767) reader_->Fail("field number out of range");
  if (type_ > ThriftType::kStruct) reader_->Fail("unknown field type");
  id_ = static_cast<int>(id);
  return !reader_->failed();
}

}  // namespace varve::parquet
