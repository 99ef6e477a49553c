#include "etl/schema/observed_json.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

TEST(ObservedJsonTest, RoundTripKeepsAllButCasts) {
  ObservedNode root;
  root.facts = kFactObject;
  ObservedNode& list = root.fields["a \"é\"\n"];
  list.facts = kFactArray;
  list.min_position = 3;
  list.element = std::make_unique<ObservedNode>();
  list.element->facts = kFactInt | kFactInexact;
  list.element->cast = true;
  ObservedNode& money = root.fields[""];
  money.facts = kFactDecimal;
  money.precision = 12;
  money.scale = 2;
  money.min_position = 0;

  const std::string text = ObservedToJson(root);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const Result<ObservedNode> read = ObservedFromJson(text);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(ObservedToJson(*read), text);
  EXPECT_EQ(read->min_position, ~uint32_t{0});
  const ObservedNode& element = *read->fields.at("a \"é\"\n").element;
  EXPECT_EQ(element.facts, kFactInt | kFactInexact);
  EXPECT_FALSE(element.cast);
  EXPECT_EQ(read->fields.at("").precision, 12);
  EXPECT_EQ(read->fields.at("").scale, 2);
}

TEST(ObservedJsonTest, OtherTextIsRefused) {
  for (const char* text : {"", "[]", "{}", "{\"facts\":\"x\",\"position\":0}",
                           "{\"facts\":1,\"position\":0,\"fields\":{\"a\":1}}"}) {
    const Result<ObservedNode> read = ObservedFromJson(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code, Code::kCorrupt);
  }
}

}  // namespace
}  // namespace varve
