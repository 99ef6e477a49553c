#include "etl/schema/observed_schema.h"

#include <algorithm>

namespace varve {
namespace {

// What varve itself writes for integers of 64 bits, signed and unsigned.
bool IsInferredDecimal(const Field& field) { return field.precision == 20 && field.scale == 0; }

ObservedNode ObserveField(const Field& field, bool pinned, uint32_t position) {
  ObservedNode node;
  node.facts = FactsOfType(field.kind);
  if (field.kind == TypeKind::kDecimal && !pinned && !IsInferredDecimal(field)) {
    node.facts = kFactDecimal;
  }
  node.pinned = pinned;
  node.precision = field.precision;
  node.scale = field.scale;
  node.min_position = position;
  if (field.kind == TypeKind::kList || field.kind == TypeKind::kMap) {
    node.element = std::make_unique<ObservedNode>(ObserveField(field.children[0], pinned, 0));
  } else if (field.kind == TypeKind::kStruct) {
    uint32_t child_position = 0;
    for (const Field& child : field.children) {
      node.fields.emplace(child.source_name, ObserveField(child, pinned, child_position++));
    }
  }
  return node;
}

}  // namespace

ObservedNode::ObservedNode(const ObservedNode& other)
    : facts(other.facts),
      pinned(other.pinned),
      cast(other.cast),
      precision(other.precision),
      scale(other.scale),
      min_position(other.min_position),
      fields(other.fields),
      element(other.element ? std::make_unique<ObservedNode>(*other.element) : nullptr) {}

void ObservedNode::Merge(const ObservedNode& other) {
  facts |= other.facts;
  pinned |= other.pinned;
  cast |= other.cast;
  precision = std::max(precision, other.precision);
  scale = std::max(scale, other.scale);
  min_position = std::min(min_position, other.min_position);
  for (const auto& [key, field] : other.fields) fields[key].Merge(field);
  if (other.element != nullptr) {
    if (element == nullptr) element = std::make_unique<ObservedNode>();
    element->Merge(*other.element);
  }
}

TypeKind TypeOf(const ObservedNode& node, uint32_t map_keys_max) {
  const TypeKind kind = ResolveType(node.facts);
  if (kind != TypeKind::kStruct) return kind;
  const bool keys_are_data = node.fields.size() > map_keys_max;
  return keys_are_data || node.fields.empty() ? TypeKind::kJson : TypeKind::kStruct;
}

ObservedNode ObserveSchema(const Schema& schema, bool pinned) {
  Field root;
  root.kind = TypeKind::kStruct;
  root.children = schema.fields;
  return ObserveField(root, pinned, 0);
}

}  // namespace varve
