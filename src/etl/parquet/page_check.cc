#include "etl/parquet/page_check.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "etl/encode/compress.h"
#include "etl/encode/rle_hybrid.h"

namespace varve::parquet {
namespace {

constexpr int32_t kPlain = 0;
constexpr int32_t kPlainDictionary = 2;  // the old name of kRleDictionary
constexpr int32_t kRle = 3;
constexpr int32_t kRleDictionary = 8;

Error CorruptPage(const std::string& what) { return Error{Code::kCorrupt, what}; }

// Bytes of one PLAIN value; 0 for booleans and byte arrays.
size_t PlainBytes(const LeafColumn& leaf) {
  switch (leaf.type) {
    case PhysicalType::kInt32:
    case PhysicalType::kFloat: return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble: return 8;
    case PhysicalType::kInt96: return 12;
    case PhysicalType::kFixedLenByteArray: return static_cast<size_t>(leaf.type_length);
    default: return 0;
  }
}

Status CheckPlain(const LeafColumn& leaf, std::span<const uint8_t> in, size_t count) {
  if (leaf.type == PhysicalType::kBoolean) {
    if (in.size() < (count + 7) / 8) return CorruptPage("too few bytes for its values");
    return Ok{};
  }
  if (leaf.type != PhysicalType::kByteArray) {
    if (in.size() != count * PlainBytes(leaf)) {
      return CorruptPage(std::to_string(in.size()) + " bytes for " + std::to_string(count) +
                         " values");
    }
    return Ok{};
  }
  for (size_t i = 0; i < count; ++i) {
    uint32_t size = 0;
    if (in.size() < sizeof(size)) return CorruptPage("ends inside a string's length");
    std::memcpy(&size, in.data(), sizeof(size));
    if (size > in.size() - sizeof(size)) return CorruptPage("ends inside a string");
    in = in.subspan(sizeof(size) + size);
  }
  if (!in.empty()) return CorruptPage("bytes after its last value");
  return Ok{};
}

// The pages of one chunk, in order.
class ChunkChecker {
 public:
  ChunkChecker(const FooterReader& file, const LeafColumn& leaf, Codec codec)
      : file_(file), leaf_(leaf), codec_(codec) {}

  Status Check(const PageEntry& page) {
    VARVE_ASSIGN_OR_RETURN(const Buffer body, file_.ReadPageBody(page));
    if (page.header.crc && *page.header.crc != PageCrc(body.bytes())) {
      return CorruptPage("checksum differs");
    }
    switch (page.header.type) {
      case PageType::kDictionary: return CheckDictionary(page.header, body.bytes());
      case PageType::kData: return CheckV1(page.header, body.bytes());
      case PageType::kDataV2: return CheckV2(page.header, body.bytes());
      case PageType::kIndex: break;
    }
    return Ok{};
  }

  int64_t rows() const { return rows_; }

 private:
  Status Unpack(const PageHeader& header, std::span<const uint8_t> body, size_t skipped,
                Buffer* out) const {
    const size_t size = static_cast<size_t>(header.uncompressed_bytes);
    if (size < skipped) return CorruptPage("levels are larger than their page");
    if (size == skipped && body.empty()) return Ok{};  // a V2 page of nulls only
    const Codec codec = header.is_compressed ? codec_ : Codec::kNone;
    return Decompress(codec, body, size - skipped, out);
  }

  Status CheckDictionary(const PageHeader& header, std::span<const uint8_t> body) {
    Buffer bytes;
    VARVE_RETURN_IF_ERROR(Unpack(header, body, 0, &bytes));
    has_dictionary_ = true;
    dictionary_size_ = static_cast<size_t>(header.value_count);
    if (header.encoding != kPlain && header.encoding != kPlainDictionary) {
      return CorruptPage("dictionary in encoding " + EncodingName(header.encoding));
    }
    return CheckPlain(leaf_, bytes.bytes(), dictionary_size_);
  }

  Status CheckV1(const PageHeader& header, std::span<const uint8_t> body) {
    Buffer bytes;
    VARVE_RETURN_IF_ERROR(Unpack(header, body, 0, &bytes));
    std::span<const uint8_t> in = bytes.bytes();
    const bool needs_levels = leaf_.max_repetition_level > 0 || leaf_.max_definition_level > 0;
    if (needs_levels &&
        (header.definition_encoding != kRle || header.repetition_encoding != kRle)) {
      return Ok{};  // the BIT_PACKED levels of files from before 2013
    }
    const size_t count = static_cast<size_t>(header.value_count);
    VARVE_RETURN_IF_ERROR(PrefixedLevels(leaf_.max_repetition_level, count, &in, &repetition_));
    VARVE_RETURN_IF_ERROR(PrefixedLevels(leaf_.max_definition_level, count, &in, &definition_));
    return CheckValues(header, in);
  }

  Status CheckV2(const PageHeader& header, std::span<const uint8_t> body) {
    const size_t count = static_cast<size_t>(header.value_count);
    const size_t repetition_bytes = static_cast<size_t>(header.repetition_bytes);
    const size_t definition_bytes = static_cast<size_t>(header.definition_bytes);
    VARVE_RETURN_IF_ERROR(
        Levels(leaf_.max_repetition_level, count, body.first(repetition_bytes), &repetition_));
    body = body.subspan(repetition_bytes);
    VARVE_RETURN_IF_ERROR(
        Levels(leaf_.max_definition_level, count, body.first(definition_bytes), &definition_));
    Buffer bytes;
    VARVE_RETURN_IF_ERROR(Unpack(header, body.subspan(definition_bytes),
                                 repetition_bytes + definition_bytes, &bytes));
    return CheckValues(header, bytes.bytes());
  }

  static Status Levels(int max_level, size_t count, std::span<const uint8_t> in,
                       std::vector<uint32_t>* out) {
    out->clear();
    if (max_level == 0) return Ok{};
    out->resize(count);
    const int width = BitWidthFor(static_cast<uint32_t>(max_level));
    VARVE_RETURN_IF_ERROR(DecodeRleHybrid(in, width, count, out->data()));
    const bool too_high = std::any_of(out->begin(), out->end(), [&](uint32_t level) {
      return level > static_cast<uint32_t>(max_level);
    });
    if (too_high) return CorruptPage("level above " + std::to_string(max_level));
    return Ok{};
  }

  static Status PrefixedLevels(int max_level, size_t count, std::span<const uint8_t>* in,
                               std::vector<uint32_t>* out) {
    out->clear();
    if (max_level == 0) return Ok{};
    uint32_t size = 0;
    if (in->size() < sizeof(size)) return CorruptPage("ends before its levels");
    std::memcpy(&size, in->data(), sizeof(size));
    *in = in->subspan(sizeof(size));
    if (size > in->size()) return CorruptPage("ends inside its levels");
    VARVE_RETURN_IF_ERROR(Levels(max_level, count, in->first(size), out));
    *in = in->subspan(size);
    return Ok{};
  }

  Status CheckValues(const PageHeader& header, std::span<const uint8_t> in) {
    size_t present = static_cast<size_t>(header.value_count);
    if (leaf_.max_definition_level > 0) {
      present = static_cast<size_t>(std::count(definition_.begin(), definition_.end(),
                                               static_cast<uint32_t>(leaf_.max_definition_level)));
    }
    if (leaf_.max_repetition_level == 0) {
      rows_ += header.value_count;
    } else {
      if (rows_ == 0 && !repetition_.empty() && repetition_[0] != 0) {
        return CorruptPage("the first value does not begin a row");
      }
      rows_ += std::count(repetition_.begin(), repetition_.end(), 0U);
    }
    if (header.encoding == kPlain) return CheckPlain(leaf_, in, present);
    if (header.encoding == kRleDictionary || header.encoding == kPlainDictionary) {
      return CheckIndices(in, present);
    }
    return Ok{};
  }

  Status CheckIndices(std::span<const uint8_t> in, size_t count) {
    if (!has_dictionary_) return CorruptPage("indices without a dictionary");
    if (count == 0) return Ok{};
    if (in.empty() || in[0] > 32) return CorruptPage("no valid width of its indices");
    if (in[0] == 0 && dictionary_size_ > 1) return CorruptPage("indices of no bits");
    std::vector<uint32_t> indices(count);
    VARVE_RETURN_IF_ERROR(DecodeRleHybrid(in.subspan(1), in[0], count, indices.data()));
    if (*std::max_element(indices.begin(), indices.end()) >= dictionary_size_) {
      return CorruptPage("index beyond its dictionary");
    }
    return Ok{};
  }

  const FooterReader& file_;
  const LeafColumn& leaf_;
  Codec codec_;
  bool has_dictionary_ = false;
  size_t dictionary_size_ = 0;
  int64_t rows_ = 0;
  std::vector<uint32_t> repetition_;
  std::vector<uint32_t> definition_;
};

std::string ChunkName(const FooterReader& file, size_t row_group, size_t column) {
  return file.path() + ": row group " + std::to_string(row_group) + ", column " +
         std::to_string(column);
}

// The offset index must name the data pages that are there.
Status CheckOffsetIndex(const FooterReader& file, size_t row_group, size_t column) {
  VARVE_ASSIGN_OR_RETURN(const OffsetIndex index, file.ReadOffsetIndex(row_group, column));
  VARVE_ASSIGN_OR_RETURN(const auto pages, file.ReadPageHeaders(row_group, column));
  size_t next = 0;
  for (const PageEntry& page : pages) {
    if (page.header.type == PageType::kDictionary) continue;
    const size_t size =
        page.header.header_bytes + static_cast<size_t>(page.header.compressed_bytes);
    if (next == index.pages.size() ||
        static_cast<uint64_t>(index.pages[next].offset) != page.offset ||
        static_cast<size_t>(index.pages[next].size_bytes) != size) {
      return CorruptPage(ChunkName(file, row_group, column) +
                         ": offset index differs from the pages");
    }
    ++next;
  }
  if (next != index.pages.size()) {
    return CorruptPage(ChunkName(file, row_group, column) + ": offset index names missing pages");
  }
  return Ok{};
}

}  // namespace

Status CheckPages(const FooterReader& file, size_t row_group, size_t column) {
  const RowGroupMetadata& group = file.metadata().row_groups[row_group];
  const std::optional<Codec> codec = CodecFromId(group.columns[column].codec);
  if (!codec) {
    return Error{Code::kInvalidArgument, ChunkName(file, row_group, column) + ": codec " +
                                             CodecIdName(group.columns[column].codec) +
                                             " is not supported"};
  }
  VARVE_ASSIGN_OR_RETURN(const auto pages, file.ReadPageHeaders(row_group, column));
  ChunkChecker checker(file, file.leaves()[column], *codec);
  for (const PageEntry& page : pages) {
    Status status = checker.Check(page);
    if (!status.ok()) {
      return std::move(status).error().WithContext(
          ChunkName(file, row_group, column) + ", page at offset " + std::to_string(page.offset));
    }
  }
  if (checker.rows() != group.row_count) {
    return CorruptPage(ChunkName(file, row_group, column) + ": pages hold " +
                       std::to_string(checker.rows()) + " rows, the footer says " +
                       std::to_string(group.row_count));
  }
  return Ok{};
}

Status CheckFile(const FooterReader& file) {
  for (size_t g = 0; g < file.metadata().row_groups.size(); ++g) {
    const RowGroupMetadata& group = file.metadata().row_groups[g];
    for (size_t c = 0; c < group.columns.size(); ++c) {
      VARVE_RETURN_IF_ERROR(CheckPages(file, g, c));
      if (group.columns[c].column_index) VARVE_RETURN_IF_ERROR(file.ReadColumnIndex(g, c));
      if (group.columns[c].offset_index) VARVE_RETURN_IF_ERROR(CheckOffsetIndex(file, g, c));
    }
  }
  return Ok{};
}

}  // namespace varve::parquet
