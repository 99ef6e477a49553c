#include "pipeline/schema_update.h"

#include <gtest/gtest.h>

#include "support/pipeline_fixture.h"

namespace varve {
namespace {

Schema Columns(const std::vector<std::string>& names) {
  Schema schema;
  for (const std::string& name : names) {
    Field field;
    field.name = field.source_name = name;
    schema.fields.push_back(std::move(field));
  }
  return schema;
}

// Before the first append another batch appends, as in a race.
class RacingLedger : public MemorySchemaLedger {
 public:
  Status Append(std::string_view pipeline, const SchemaVersion& next) override {
    if (!raced_) {
      raced_ = true;
      SchemaVersion other = next;
      other.schema = Columns({"winner"});
      static_cast<void>(MemorySchemaLedger::Append(pipeline, other));
    }
    return MemorySchemaLedger::Append(pipeline, next);
  }

 private:
  bool raced_ = false;
};

class UpdateSchemaTest : public PipelineFixture {
 protected:
  Status Update(SchemaLedger& ledger, const Schema& seen) {
    Deps deps = MakeDeps();
    Deps with_ledger{deps.input,
                     deps.output,
                     deps.manifests,
                     deps.queue,
                     deps.tracker,
                     deps.jobs,
                     deps.executions,
                     ledger,
                     deps.notifier,
                     deps.metrics,
                     deps.log,
                     deps.clock,
                     deps.random,
                     [](const Schema& a, const Schema& b) -> Result<Schema> {
                       Schema joined = a;
                       for (const Field& field : b.fields) {
                         if (std::find(a.fields.begin(), a.fields.end(), field) == a.fields.end())
                           joined.fields.push_back(field);
                       }
                       return joined;
                     }};
    return UpdateSchema(with_ledger, "orders", seen, "b", 1);
  }
};

TEST_F(UpdateSchemaTest, AppendsOnlyWhatIsNew) {
  ASSERT_TRUE(Update(schemas, Columns({"a"})).ok());
  ASSERT_TRUE(Update(schemas, Columns({"a"})).ok());
  ASSERT_TRUE(Update(schemas, Columns({"b"})).ok());
  EXPECT_EQ(schemas.Latest("orders")->version, 2u);
  EXPECT_EQ(schemas.Latest("orders")->schema, Columns({"a", "b"}));
}

TEST_F(UpdateSchemaTest, WhoLosesTheRaceJoinsAgain) {
  RacingLedger racing;
  ASSERT_TRUE(Update(racing, Columns({"loser"})).ok());
  EXPECT_EQ(racing.Latest("orders")->version, 2u);
  EXPECT_EQ(racing.Latest("orders")->schema, Columns({"winner", "loser"}));
}

TEST_F(UpdateSchemaTest, APinnedSchemaStays) {
  SchemaVersion pinned;
  pinned.version = 1;
  pinned.pinned = true;
  ASSERT_TRUE(schemas.Append("orders", pinned).ok());
  ASSERT_TRUE(Update(schemas, Columns({"a"})).ok());
  EXPECT_EQ(schemas.Latest("orders")->version, 1u);
}

}  // namespace
}  // namespace varve
