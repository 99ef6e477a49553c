#include "etl/schema/observed_schema.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

namespace varve {
namespace {

void Print(const ObservedNode& node, std::ostream* out) {
  *out << node.facts << (node.pinned ? "p" : "") << (node.cast ? "c" : "") << node.precision << "."
       << node.scale << "@" << node.min_position;
  for (const auto& [key, field] : node.fields) {
    *out << "{" << key << ":";
    Print(field, out);
    *out << "}";
  }
  if (node.element != nullptr) {
    *out << "[";
    Print(*node.element, out);
    *out << "]";
  }
}

std::string ToText(const ObservedNode& node) {
  std::ostringstream out;
  Print(node, &out);
  return out.str();
}

ObservedNode AnyNode(int depth) {
  ObservedNode node;
  node.facts = static_cast<Facts>(*rc::gen::inRange(0, 1 << 15));
  node.pinned = *rc::gen::inRange(0, 4) == 0;
  node.cast = *rc::gen::inRange(0, 4) == 0;
  node.precision = *rc::gen::inRange(0, 3);
  node.scale = *rc::gen::inRange(0, 3);
  node.min_position = *rc::gen::inRange(0u, 5u);
  if (depth == 0) return node;
  for (const std::string& key : *rc::gen::container<std::vector<std::string>>(
           3, rc::gen::element<std::string>("a", "b", "c", "d"))) {
    node.fields[key] = AnyNode(depth - 1);
  }
  if (*rc::gen::arbitrary<bool>()) {
    node.element = std::make_unique<ObservedNode>(AnyNode(depth - 1));
  }
  return node;
}

ObservedNode Merged(ObservedNode a, const ObservedNode& b) {
  a.Merge(b);
  return a;
}

RC_GTEST_PROP(ObservedSchemaPropertyTest, MergeKnowsNoOrder, ()) {
  const ObservedNode a = AnyNode(2);
  const ObservedNode b = AnyNode(2);
  const ObservedNode c = AnyNode(2);
  RC_ASSERT(ToText(Merged(a, b)) == ToText(Merged(b, a)));
  RC_ASSERT(ToText(Merged(Merged(a, b), c)) == ToText(Merged(a, Merged(b, c))));
  RC_ASSERT(ToText(Merged(a, a)) == ToText(a));
  RC_ASSERT(ToText(Merged(ObservedNode(), a)) == ToText(a));
  RC_ASSERT(ToText(Merged(Merged(a, b), b)) == ToText(Merged(a, b)));
}

RC_GTEST_PROP(ObservedSchemaPropertyTest, CopiesAreDeep, ()) {
  const ObservedNode a = AnyNode(2);
  const std::string before = ToText(a);
  ObservedNode copy = a;
  copy.Merge(AnyNode(2));
  if (copy.element != nullptr) copy.element->facts ^= 1;
  RC_ASSERT(ToText(a) == before);
}

TEST(ObservedSchemaTest, KeysThatAreDataAndEmptyObjectsAreText) {
  ObservedNode node;
  node.facts = kFactObject;
  EXPECT_EQ(TypeOf(node, 2), TypeKind::kJson);
  node.fields["a"];
  node.fields["b"];
  EXPECT_EQ(TypeOf(node, 2), TypeKind::kStruct);
  node.fields["c"];
  EXPECT_EQ(TypeOf(node, 2), TypeKind::kJson);
}

TEST(ObservedSchemaTest, ASchemaIsObservedAsItself) {
  Field leaf{"n", "key", TypeKind::kDecimal, 10, 2, {}};
  Field element{"element", "element", TypeKind::kDate, 0, 0, {}};
  Field list{"l", "l", TypeKind::kList, 0, 0, {element}};
  const ObservedNode node = ObserveSchema(Schema{{list, leaf}}, true);
  EXPECT_EQ(node.fields.at("key").precision, 10);
  EXPECT_EQ(node.fields.at("key").scale, 2);
  EXPECT_EQ(node.fields.at("key").min_position, 1U);
  EXPECT_TRUE(node.fields.at("key").pinned);
  EXPECT_EQ(TypeOf(node.fields.at("key"), 100), TypeKind::kDecimal);
  EXPECT_EQ(TypeOf(*node.fields.at("l").element, 100), TypeKind::kDate);
}

TEST(ObservedSchemaTest, ADeclaredDecimalIsOneUnlessVarveInfersItItself) {
  const Field declared{"d", "d", TypeKind::kDecimal, 20, 2, {}};
  const Field inferred{"i", "i", TypeKind::kDecimal, 20, 0, {}};
  const ObservedNode node = ObserveSchema(Schema{{declared, inferred}}, false);
  EXPECT_EQ(node.fields.at("d").facts, kFactDecimal);
  EXPECT_EQ(node.fields.at("i").facts, kFactU64);
}

}  // namespace
}  // namespace varve
