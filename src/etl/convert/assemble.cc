#include "etl/convert/assemble.h"

#include <cstring>
#include <unordered_map>

#include "etl/column/leaf_builder.h"

namespace varve {
namespace {

// The fields of a row group's node by key, to be looked up once per schema field.
using NodeIndex = std::unordered_map<std::string_view, const RowGroupNode*>;

NodeIndex IndexOf(const RowGroupNode* node) {
  NodeIndex index;
  if (node == nullptr) return index;
  for (const auto& field : node->fields) index.emplace(field->key, field.get());
  return index;
}

const RowGroupNode* Lookup(const NodeIndex& index, const std::string& key) {
  const auto found = index.find(key);
  return found == index.end() ? nullptr : found->second;
}

// Objects without keys, in a dataset where that place holds nothing else.
bool IsEmptyObjects(const RowGroupNode& node) {
  return node.kind == TypeKind::kStruct && node.fields.empty();
}

bool FieldFits(const RowGroupNode* node, const Field& field, const ObservedNode* observed) {
  if (node == nullptr || !node->has_values) return true;
  if (field.kind == TypeKind::kJson && IsEmptyObjects(*node)) {
    return observed != nullptr && observed->facts == kFactObject && observed->fields.empty();
  }
  if (node->kind != field.kind) return false;
  if (field.kind == TypeKind::kList || field.kind == TypeKind::kMap) {
    return FieldFits(node->element.get(), field.children[0],
                     observed != nullptr ? observed->element.get() : nullptr);
  }
  if (field.kind != TypeKind::kStruct) return true;
  const NodeIndex index = IndexOf(node);
  for (const Field& child : field.children) {
    const ObservedNode* below = nullptr;
    if (observed != nullptr) {
      const auto found = observed->fields.find(child.source_name);
      if (found != observed->fields.end()) below = &found->second;
    }
    if (!FieldFits(Lookup(index, child.source_name), child, below)) return false;
  }
  return true;
}

class Assembler {
 public:
  Assembler(const PageSettings& pages, PageScratch* scratch, uint32_t rows)
      : pages_(pages), scratch_(scratch), rows_(rows) {}

  void AddFields(const RowGroupNode* node, const std::vector<Field>& fields, size_t count) {
    const NodeIndex index = IndexOf(node);
    for (size_t i = 0; i < count; ++i) {
      Add(const_cast<RowGroupNode*>(Lookup(index, fields[i].source_name)), fields[i]);
    }
  }

  std::vector<parquet::EncodedChunk> Take() { return std::move(chunks_); }

 private:
  void Add(RowGroupNode* node, const Field& field) {
    PathStep step;
    const bool present = node != nullptr && node->has_values;
    if (present) step.presence = &node->presence;
    if (field.kind == TypeKind::kStruct) {
      steps_.push_back(step);
      AddFields(present ? node : nullptr, field.children, field.children.size());
      steps_.pop_back();
    } else if (field.kind == TypeKind::kList || field.kind == TypeKind::kMap) {
      step.is_list = true;
      step.list_lengths = present ? &node->list_lengths : nullptr;
      steps_.push_back(step);
      if (field.kind == TypeKind::kMap) AddKeys(present ? node : nullptr);
      Add(present ? node->element.get() : nullptr, field.children[0]);
      steps_.pop_back();
    } else if (present && IsEmptyObjects(*node)) {
      chunks_.push_back(Constant("{}", node->presence, field));
    } else if (present) {
      chunks_.push_back(std::move(node->chunk));
    } else {
      chunks_.push_back(Constant("", Presence(), field));
    }
  }

  void AddKeys(RowGroupNode* map) {
    if (map != nullptr) {
      chunks_.push_back(std::move(map->keys));
      return;
    }
    Field key;
    key.kind = TypeKind::kString;
    chunks_.push_back(Constant("", Presence(), key, /*is_required=*/true));
  }

  // A column that holds `text` at every slot of `presence` and null elsewhere.
  parquet::EncodedChunk Constant(std::string_view text, const Presence& presence,
                                 const Field& field, bool is_required = false) {
    std::vector<LeafBuilder*> queue;
    LeafBuilder leaf(field.kind, field.precision, pages_, &queue);
    PathStep step;
    step.presence = &leaf.presence();
    step.is_required = is_required;
    std::vector<PathStep> steps = steps_;
    steps.push_back(step);
    leaf.SetPath(std::move(steps));
    char padded[32] = {};
    std::memcpy(padded, text.data(), text.size());
    const TokenKey key =
        MakeTokenKey(reinterpret_cast<const uint8_t*>(padded), static_cast<uint32_t>(text.size()));
    size_t cursor = 0;
    presence.ForEach(0, presence.end(), &cursor, [&](SlotRun run) {
      for (uint32_t slot = run.begin; slot < run.end; ++slot) {
        leaf.presence().Add(slot);
        if (leaf.Find(key) == TokenDictionary::kNotFound) {
          leaf.PushNewBytes(key, text, false, 0);
        } else {
          leaf.PushIndex(0);
        }
      }
    });
    return leaf.Finish(rows_, scratch_);
  }

  const PageSettings& pages_;
  PageScratch* scratch_;
  const uint32_t rows_;
  std::vector<PathStep> steps_;
  std::vector<parquet::EncodedChunk> chunks_;
};

}  // namespace

bool Fits(const RowGroup& group, const Schema& schema, const ObservedNode& observed) {
  if (group.lost_values) return false;
  const NodeIndex index = IndexOf(&group.root);
  const size_t from_keys = schema.fields.size() - group.extra.size();
  for (size_t i = 0; i < from_keys; ++i) {
    const Field& field = schema.fields[i];
    const auto found = observed.fields.find(field.source_name);
    const ObservedNode* below = found == observed.fields.end() ? nullptr : &found->second;
    if (!FieldFits(Lookup(index, field.source_name), field, below)) return false;
  }
  return true;
}

parquet::EncodedRowGroup Assemble(RowGroup group, const Schema& schema, const PageSettings& pages,
                                  PageScratch* scratch) {
  Assembler assembler(pages, scratch, group.rows);
  assembler.AddFields(&group.root, schema.fields, schema.fields.size() - group.extra.size());
  parquet::EncodedRowGroup encoded;
  encoded.row_count = group.rows;
  encoded.chunks = assembler.Take();
  for (parquet::EncodedChunk& chunk : group.extra) encoded.chunks.push_back(std::move(chunk));
  return encoded;
}

}  // namespace varve
