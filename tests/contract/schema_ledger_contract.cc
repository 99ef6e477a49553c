#include "schema_ledger_contract.h"

#include <gmock/gmock.h>

#include <atomic>

#include "scratch.h"

namespace varve {

void SchemaLedgerContract::SetUp() {
  scratch_ = MakeScratch();
  ledger_ = GetParam().make(scratch_);
}

void SchemaLedgerContract::TearDown() {
  ledger_.reset();
  std::filesystem::remove_all(scratch_);
}

SchemaVersion SchemaLedgerContract::Version(uint64_t number) {
  SchemaVersion version;
  version.version = number;
  version.batch = "2025-01-17/batch-" + std::to_string(number);
  version.created_us = static_cast<int64_t>(1000 + number);
  version.pinned = number % 2 == 0;
  Field price{"price", "Price \xE2\x82\xAC", TypeKind::kDecimal, 18, 4, {}};
  Field element{"element", "element", TypeKind::kTimestampUtc, 0, 0, {}};
  Field times{"times", "times", TypeKind::kList, 0, 0, {element}};
  version.schema.fields = {price, times};
  for (uint64_t i = 0; i < number; ++i) {
    const std::string name = "n" + std::to_string(i);
    version.schema.fields.push_back({name, name, TypeKind::kUnknown, 0, 0, {}});
  }
  return version;
}

namespace {

void ExpectSame(const SchemaVersion& a, const SchemaVersion& b) {
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.schema, b.schema);
  EXPECT_EQ(a.batch, b.batch);
  EXPECT_EQ(a.created_us, b.created_us);
  EXPECT_EQ(a.pinned, b.pinned);
}

TEST_P(SchemaLedgerContract, AnUnknownPipelineHasVersionZero) {
  const auto latest = ledger_->Latest("p");
  ASSERT_TRUE(latest.ok());
  EXPECT_EQ(latest->version, 0u);
  EXPECT_TRUE(latest->schema.fields.empty());
  EXPECT_THAT(*ledger_->Versions("p"), testing::IsEmpty());
}

TEST_P(SchemaLedgerContract, VersionsFollowEachOther) {
  for (uint64_t i = 1; i <= 12; ++i) ASSERT_TRUE(ledger_->Append("p", Version(i)).ok());
  ExpectSame(*ledger_->Latest("p"), Version(12));
  const auto versions = ledger_->Versions("p");
  ASSERT_EQ(versions->size(), 12u);
  for (uint64_t i = 1; i <= 12; ++i) ExpectSame(versions->at(i - 1), Version(i));
}

TEST_P(SchemaLedgerContract, GapsAndRepetitionsAreConflicts) {
  EXPECT_EQ(ledger_->Append("p", Version(2)).error().code, Code::kConflict);
  EXPECT_EQ(ledger_->Append("p", Version(0)).error().code, Code::kConflict);
  EXPECT_EQ(ledger_->Latest("p")->version, 0u);
  ASSERT_TRUE(ledger_->Append("p", Version(1)).ok());
  EXPECT_EQ(ledger_->Append("p", Version(1)).error().code, Code::kConflict);
  EXPECT_EQ(ledger_->Append("p", Version(3)).error().code, Code::kConflict);
  EXPECT_EQ(ledger_->Latest("p")->version, 1u);
}

TEST_P(SchemaLedgerContract, PipelinesAreKeptApart) {
  ASSERT_TRUE(ledger_->Append("p", Version(1)).ok());
  ASSERT_TRUE(ledger_->Append("q", Version(1)).ok());
  ASSERT_TRUE(ledger_->Append("p", Version(2)).ok());
  EXPECT_EQ(ledger_->Latest("p")->version, 2u);
  EXPECT_EQ(ledger_->Latest("q")->version, 1u);
}

TEST_P(SchemaLedgerContract, OfRacingAppendsOneWins) {
  for (uint64_t i = 1; i <= 10; ++i) {
    std::atomic<int> winners = 0;
    InThreads(4, [&](int) {
      const Status appended = ledger_->Append("p", Version(i));
      if (appended.ok()) {
        winners += 1;
      } else {
        EXPECT_EQ(appended.error().code, Code::kConflict) << appended.error().message;
      }
    });
    EXPECT_EQ(winners, 1);
  }
  EXPECT_EQ(ledger_->Versions("p")->size(), 10u);
}

}  // namespace
}  // namespace varve
