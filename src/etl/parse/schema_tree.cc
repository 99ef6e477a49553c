#include "etl/parse/schema_tree.h"

#include <algorithm>

namespace varve {
namespace {

TypeKind StoredKind(Action action) {
  switch (action) {
    case Action::kBool: return TypeKind::kBool;
    case Action::kInt64: return TypeKind::kInt64;
    case Action::kDouble: return TypeKind::kDouble;
    case Action::kDecimal: return TypeKind::kDecimal;
    case Action::kTimestampUtc: return TypeKind::kTimestampUtc;
    case Action::kTimestampLocal: return TypeKind::kTimestampLocal;
    case Action::kDate: return TypeKind::kDate;
    case Action::kJson: return TypeKind::kJson;
    default: return TypeKind::kString;
  }
}

// Levels of Parquet schema down to `node`: a list or map takes two beside what is in it.
int SchemaLevel(const Node& node) {
  int level = 0;
  for (const Node* at = &node; at->parent != nullptr; at = at->parent) {
    level += IsRepeated(at->parent->action) ? 2 : 1;
  }
  return level;
}

bool IsLeaf(Action action) {
  return action != Action::kUnknown && action != Action::kStruct && !IsRepeated(action);
}

void RollbackNode(Node* node, uint32_t slot_limit, uint32_t row, uint32_t row_serial) {
  if (node->leaf != nullptr) node->leaf->Rollback(slot_limit, row);
  const uint32_t removed = node->presence.TruncateTo(slot_limit);
  if (IsRepeated(node->action) && node->list_row_serial == row_serial) {
    node->list_lengths.resize(node->list_lengths.size() - removed);
    node->element_slots = node->element_slots_at_row;
    node->list_row_serial = 0;
    RollbackNode(node->element.get(), node->element_slots, row, row_serial);
    if (node->keys != nullptr) {
      RollbackNode(&node->keys->column, node->element_slots, row, row_serial);
    }
  }
  if (node->action == Action::kStruct && (removed != 0 || node->parent == nullptr)) {
    for (const auto& field : node->fields) {
      RollbackNode(&field->node, slot_limit, row, row_serial);
    }
  }
}

void ClearNode(Node* node) {
  if (node->leaf != nullptr) node->leaf->Reset();
  node->presence = Presence();
  node->list_lengths.clear();
  node->element_slots = 0;
  node->list_row_serial = 0;
  if (node->element != nullptr) ClearNode(node->element.get());
  if (node->keys != nullptr) ClearNode(&node->keys->column);
  for (const auto& field : node->fields) ClearNode(&field->node);
}

}  // namespace

Node::Node() = default;
Node::~Node() = default;

Action ActionOf(Facts facts) {
  switch (ResolveType(facts)) {
    case TypeKind::kUnknown: return Action::kUnknown;
    case TypeKind::kBool: return Action::kBool;
    case TypeKind::kInt64: return Action::kInt64;
    case TypeKind::kDouble: return Action::kDouble;
    case TypeKind::kDecimal: return Action::kDecimal;
    case TypeKind::kString: return IsNumberText(facts) ? Action::kNumberText : Action::kString;
    case TypeKind::kTimestampUtc: return Action::kTimestampUtc;
    case TypeKind::kTimestampLocal: return Action::kTimestampLocal;
    case TypeKind::kDate: return Action::kDate;
    case TypeKind::kStruct: return Action::kStruct;
    case TypeKind::kList: return Action::kList;
    case TypeKind::kMap: return Action::kMap;
    case TypeKind::kJson: return Action::kJson;
  }
  return Action::kJson;
}

std::vector<PathStep> PathTo(const Node& node) {
  std::vector<PathStep> steps;
  for (const Node* at = &node; at->parent != nullptr; at = at->parent) {
    PathStep step;
    step.presence = at->leaf != nullptr ? &at->leaf->presence() : &at->presence;
    step.is_list = IsRepeated(at->action);
    step.is_required = at->parent->keys != nullptr && at == &at->parent->keys->column;
    step.list_lengths = step.is_list ? &at->list_lengths : nullptr;
    steps.push_back(step);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

SchemaTree::SchemaTree(const PageSettings& settings)
    : settings_(settings), root_(std::make_unique<Node>()) {
  root_->facts = kFactObject;
  root_->action = Action::kStruct;
}

ObjectField* SchemaTree::AddField(Node* object, std::string_view key) {
  auto field = std::make_unique<ObjectField>();
  field->key = key;
  field->node.parent = object;
  ObjectField* added = field.get();
  object->fields.push_back(std::move(field));
  object->field_of_key.emplace(added->key, added);
  return added;
}

Node* SchemaTree::EnsureElement(Node* list) {
  if (list->element == nullptr) {
    list->element = std::make_unique<Node>();
    list->element->parent = list;
  }
  return list->element.get();
}

bool SchemaTree::Retype(Node* node, Facts facts) {
  if ((facts & (kFactObject | kFactArray)) != 0 && SchemaLevel(*node) > kSchemaLevelsMax) {
    facts |= kFactJson;
  }
  const Action action = ActionOf(facts);
  node->facts = facts;
  if (action == node->action) return false;
  const bool had_values = node->leaf != nullptr
                              ? node->leaf->has_values() || !node->leaf->presence().empty()
                              : !node->presence.empty();
  DropLeaves(node);
  node->presence = Presence();
  node->action = action;
  if (action == Action::kDecimal && node->precision == 0) node->precision = 20;
  if (IsLeaf(action)) MakeLeaf(node);
  if (IsRepeated(action)) EnsureElement(node);
  if (action == Action::kMap) MakeKeys(node);
  return had_values;
}

void SchemaTree::MakeLeaf(Node* node) {
  node->leaf = std::make_unique<LeafBuilder>(StoredKind(node->action), node->precision, settings_,
                                             &flush_queue_);
  node->leaf->SetPath(PathTo(*node));
  Node* list = node->parent;
  while (list != nullptr && !IsRepeated(list->action)) list = list->parent;
  leaves_[node->leaf.get()] = {node->leaf.get(), node, list};
}

void SchemaTree::MakeKeys(Node* map) {
  map->keys = std::make_unique<MapKeys>();
  Node& column = map->keys->column;
  column.parent = map;
  column.facts = kFactText;
  column.action = Action::kString;
  MakeLeaf(&column);
}

// A node that stops being a struct, list or map takes its columns with it.
void SchemaTree::DropLeaves(Node* node) {
  if (node->leaf != nullptr) {
    leaves_.erase(node->leaf.get());
    std::erase(flush_queue_, node->leaf.get());
    node->leaf.reset();
  }
  if (node->element != nullptr) DropLeaves(node->element.get());
  if (node->keys != nullptr) DropLeaves(&node->keys->column);
  for (const auto& field : node->fields) DropLeaves(&field->node);
}

void SchemaTree::Rollback(uint32_t row, uint32_t row_serial) {
  RollbackNode(root_.get(), row, row, row_serial);
}

uint32_t SchemaTree::NextSlot(const LeafPlace& place, uint32_t row_end) const {
  return place.list != nullptr ? place.list->element_slots : row_end;
}

void SchemaTree::FlushQueued(uint32_t row_end, PageScratch* scratch) {
  for (LeafBuilder* leaf : flush_queue_) {
    leaf->Flush(row_end, NextSlot(leaves_.at(leaf), row_end), scratch);
  }
  flush_queue_.clear();
}

// In the order of the schema: neighbours share their levels.
void SchemaTree::FlushOldBelow(Node* node, const Node* list, uint32_t row_end,
                               PageScratch* scratch) {
  if (node->leaf != nullptr && node->leaf->page_is_old(row_end)) {
    node->leaf->Flush(row_end, list != nullptr ? list->element_slots : row_end, scratch);
  }
  if (IsRepeated(node->action)) {
    if (node->keys != nullptr) FlushOldBelow(&node->keys->column, node, row_end, scratch);
    FlushOldBelow(node->element.get(), node, row_end, scratch);
  }
  if (node->action != Action::kStruct) return;
  for (const auto& field : node->fields) FlushOldBelow(&field->node, list, row_end, scratch);
}

void SchemaTree::FlushOld(uint32_t row_end, PageScratch* scratch) {
  FlushOldBelow(root_.get(), nullptr, row_end, scratch);
}

void SchemaTree::ClearRowGroup() {
  flush_queue_.clear();
  ClearNode(root_.get());
}

}  // namespace varve
