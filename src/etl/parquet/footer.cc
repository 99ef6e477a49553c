#include "etl/parquet/footer.h"

#include <string>

#include "etl/parquet/metadata_read.h"

namespace varve::parquet {
namespace {

constexpr size_t kMaxPathBytes = size_t{256} << 20;  // of all leaves: long names times many leaves

Error CorruptFooter(const std::string& what) { return Error{Code::kCorrupt, "footer: " + what}; }

// Walks the flattened schema with its own stack: a hostile one may be deep.
class LeafFinder {
 public:
  explicit LeafFinder(const std::vector<SchemaElement>& elements) : elements_(elements) {}

  Result<std::vector<LeafColumn>> Find() {
    if (elements_.empty() || elements_[0].type) return CorruptFooter("the schema has no root");
    open_.push_back({elements_[0].num_children, 0, 0});
    for (size_t i = 1; i < elements_.size(); ++i) {
      CloseFullGroups();
      if (open_.empty()) return CorruptFooter("schema elements after the end of the tree");
      VARVE_RETURN_IF_ERROR(Add(elements_[i]));
    }
    CloseFullGroups();
    if (!open_.empty()) return CorruptFooter("the schema ends inside a group");
    return std::move(leaves_);
  }

 private:
  struct Group {
    int32_t children_left;
    int definition;
    int repetition;
  };

  void CloseFullGroups() {
    while (!open_.empty() && open_.back().children_left == 0) {
      open_.pop_back();
      if (!path_.empty()) path_.pop_back();
    }
  }

  Status Add(const SchemaElement& element) {
    Group& parent = open_.back();
    --parent.children_left;
    const int definition = parent.definition + (element.repetition != Repetition::kRequired);
    const int repetition = parent.repetition + (element.repetition == Repetition::kRepeated);
    if (!element.type) {
      if (open_.size() > static_cast<size_t>(kMaxLevel)) return CorruptFooter("schema too deep");
      open_.push_back({element.num_children, definition, repetition});
      path_.push_back(element.name);
      return Ok{};
    }
    if (element.num_children != 0) return CorruptFooter("a column with children in the schema");
    const bool fixed = *element.type == PhysicalType::kFixedLenByteArray;
    if (fixed && element.type_length <= 0)
      return CorruptFooter("a fixed length that is not positive");
    LeafColumn& leaf = leaves_.emplace_back();
    leaf.path = path_;
    leaf.path.push_back(element.name);
    for (const std::string& part : leaf.path) path_bytes_ += part.size() + sizeof(part);
    if (path_bytes_ > kMaxPathBytes) return CorruptFooter("column names are too long in all");
    leaf.type = *element.type;
    leaf.type_length = fixed ? element.type_length : 0;
    leaf.max_definition_level = definition;
    leaf.max_repetition_level = repetition;
    return Ok{};
  }

  const std::vector<SchemaElement>& elements_;
  std::vector<Group> open_;
  std::vector<std::string> path_;
  std::vector<LeafColumn> leaves_;
  size_t path_bytes_ = 0;
};

bool Inside(int64_t offset, int64_t size, int64_t end) {
  return offset >= kMagicBytes && size >= 0 && offset <= end && size <= end - offset;
}

Error ChunkError(const std::string& what) { return Error{Code::kCorrupt, what}; }

Status CheckColumn(const ColumnChunkMetadata& chunk, const LeafColumn& leaf, int64_t row_count,
                   int64_t end) {
  if (chunk.type != leaf.type) return ChunkError("type differs from the schema");
  if (leaf.max_repetition_level == 0 && chunk.value_count != row_count) {
    return ChunkError(std::to_string(chunk.value_count) + " values in " +
                      std::to_string(row_count) + " rows");
  }
  if (!Inside(chunk.first_page_offset(), chunk.compressed_bytes, end)) {
    return ChunkError("pages lie outside the file");
  }
  if (chunk.data_page_offset - chunk.first_page_offset() > chunk.compressed_bytes) {
    return ChunkError("data pages lie outside their chunk");
  }
  for (const auto& range : {chunk.column_index, chunk.offset_index}) {
    if (range && !Inside(range->offset, range->size_bytes, end)) {
      return ChunkError("page index lies outside the file");
    }
  }
  return Ok{};
}

Status CheckRowGroups(const Footer& footer, int64_t end) {
  int64_t rows_left = footer.metadata.row_count;
  for (size_t g = 0; g < footer.metadata.row_groups.size(); ++g) {
    const RowGroupMetadata& group = footer.metadata.row_groups[g];
    const std::string name = "row group " + std::to_string(g);
    if (group.columns.size() != footer.leaves.size()) {
      return CorruptFooter(name + " has " + std::to_string(group.columns.size()) +
                           " columns, the schema " + std::to_string(footer.leaves.size()));
    }
    if (group.row_count > rows_left)
      return CorruptFooter("row groups hold more rows than the file");
    rows_left -= group.row_count;
    for (size_t c = 0; c < group.columns.size(); ++c) {
      Status status = CheckColumn(group.columns[c], footer.leaves[c], group.row_count, end);
      if (!status.ok()) {
        return std::move(status).error().WithContext("footer: " + name + ", column " +
                                                     std::to_string(c));
      }
    }
  }
  if (rows_left != 0) return CorruptFooter("row groups hold fewer rows than the file");
  return Ok{};
}

}  // namespace

Result<Footer> ParseFooter(std::span<const uint8_t> in, uint64_t offset) {
  Footer footer;
  VARVE_ASSIGN_OR_RETURN(footer.metadata, ParseFileMetadata(in, offset));
  VARVE_ASSIGN_OR_RETURN(footer.leaves, LeafFinder(footer.metadata.schema).Find());
  VARVE_RETURN_IF_ERROR(CheckRowGroups(footer, static_cast<int64_t>(offset)));
  return footer;
}

}  // namespace varve::parquet
