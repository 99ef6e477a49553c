#include "cli/schema_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/schema_json.h"

namespace varve::cli {
namespace {

using Kind = SchemaChange::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

Schema Parse(const std::string& fields) {
  return SchemaFromJson("{\"varve_schema\":1,\"fields\":[" + fields + "]}").value();
}

TEST(SchemaDiffTest, TellsOfTheInnermostChange) {
  const Schema from = Parse(
      R"({"name":"a","type":"int64"},{"name":"gone","type":"date"},)"
      R"({"name":"s","type":"struct","fields":[{"name":"x","type":"bool"}]},)"
      R"({"name":"l","type":"list","element":{"type":"struct","fields":[{"name":"p","type":"int64"}]}})");
  const Schema to = Parse(
      R"({"name":"a","type":"double"},{"name":"new","type":"string"},)"
      R"({"name":"s","type":"struct","fields":[{"name":"x","type":"bool"},{"name":"y","type":"json"}]},)"
      R"({"name":"l","type":"list","element":{"type":"struct","fields":[{"name":"p","type":"double"}]}})");
  EXPECT_THAT(DiffSchemas(from, to),
              ElementsAre(SchemaChange{Kind::kRetyped, "a", "int64", "double"},
                          SchemaChange{Kind::kAdded, "new", "", "string"},
                          SchemaChange{Kind::kAdded, "s.y", "", "json"},
                          SchemaChange{Kind::kRetyped, "l[].p", "int64", "double"},
                          SchemaChange{Kind::kRemoved, "gone", "date", ""}));
  EXPECT_THAT(DiffSchemas(to, to), IsEmpty());
}

}  // namespace
}  // namespace varve::cli
