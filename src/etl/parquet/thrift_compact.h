// The Thrift compact protocol, as far as Parquet metadata uses it.
//
// Writer: trusted input, no checks. Reader: hostile input; every read is bounds-checked, nesting is
// limited, and the first failure sticks: later reads give zeros, so a parser checks failed() once
// at its end. Spec: thrift-compact-protocol.md of apache/thrift. Thread-safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"

namespace varve::parquet {

enum class ThriftType : uint8_t {
  kStop = 0,
  kTrue = 1,  // also the element type of a list of bools
  kFalse = 2,
  kI8 = 3,
  kI16 = 4,
  kI32 = 5,
  kI64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12,
};

class CompactWriter {
 public:
  explicit CompactWriter(Buffer* out) : out_(out) {}

  void BeginStruct() { last_ids_.push_back(0); }  // the outermost, or an element of a list
  void BeginStruct(int id);
  void EndStruct();
  void EmptyStruct(int id);

  void Bool(int id, bool value);
  void I16(int id, int16_t value);
  void I32(int id, int32_t value);
  void I64(int id, int64_t value);
  void Binary(int id, std::string_view value);

  void BeginList(int id, ThriftType element, size_t size);
  void ElementBool(bool value) { out_->AppendByte(value ? 1 : 2); }
  void ElementInt(int64_t value) { Zigzag(value); }  // i32 and i64 alike
  void ElementBinary(std::string_view value);

 private:
  void FieldHeader(int id, ThriftType type);
  void Varint(uint64_t value);
  void Zigzag(int64_t value);

  Buffer* out_;
  std::vector<int> last_ids_;
};

class CompactReader {
 public:
  explicit CompactReader(std::span<const uint8_t> in) : in_(in) {}

  bool failed() const { return failed_; }
  size_t position() const { return at_; }  // after a failure: where it was found
  const std::string& reason() const { return reason_; }
  void Fail(std::string_view reason);

  // Values of fields and list elements; `type` is what the header said.
  bool Bool(ThriftType type);
  int32_t I32(ThriftType type);
  int64_t I64(ThriftType type);
  std::string_view Binary(ThriftType type);  // points into the input

  bool ElementBool();

  struct List {
    ThriftType element = ThriftType::kStop;
    size_t size = 0;  // never more than the bytes left
  };
  List BeginList(ThriftType type);
  void Skip(ThriftType type);

 private:
  friend class FieldCursor;
  uint8_t Byte();
  uint64_t Varint();
  void SkipBytes(uint64_t count);
  bool Enter();
  void Leave() { --depth_; }

  std::span<const uint8_t> in_;
  size_t at_ = 0;
  int depth_ = 0;
  bool failed_ = false;
  std::string reason_;
};

// Walks the fields of one struct: for (FieldCursor f(&reader, type); f.Next();) switch (f.id()) ...
// Each field's value must be read or skipped.
class FieldCursor {
 public:
  FieldCursor(CompactReader* reader, ThriftType type);
  ~FieldCursor();
  FieldCursor(const FieldCursor&) = delete;
  FieldCursor& operator=(const FieldCursor&) = delete;

  bool Next();
  int id() const { return id_; }
  ThriftType type() const { return type_; }

 private:
  CompactReader* reader_;
  bool entered_;
  int id_ = 0;
  ThriftType type_ = ThriftType::kStop;
};

}  // namespace varve::parquet
