#include "execution_store_contract.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <cstdio>

#include "scratch.h"

namespace varve {

void ExecutionStoreContract::SetUp() {
  scratch_ = MakeScratch();
  store_ = GetParam().make(scratch_);
}

void ExecutionStoreContract::TearDown() {
  store_.reset();
  std::filesystem::remove_all(scratch_);
}

ExecutionRecord ExecutionStoreContract::Record(const std::string& name, uint64_t revision) {
  ExecutionRecord record;
  record.execution.name = name;
  record.execution.input = R"({"batch":"2025-01-17/batch-0001"})";
  record.execution.step = "run";
  record.execution.attempt = 2;
  record.execution.error = "so far \xF0\x9F\xAA\xA8";
  record.execution.started_us = 11;
  record.execution.updated_us = 12;
  record.revision = revision;
  record.wake_us = 13;
  record.data = R"({"job":1})";
  return record;
}

namespace {

TEST_P(ExecutionStoreContract, WhatIsPutIsThere) {
  EXPECT_EQ(store_->Get("e").error().code, Code::kNotFound);
  ASSERT_TRUE(store_->Put(Record("e")).ok());
  EXPECT_EQ(*store_->Get("e"), Record("e"));
  ExecutionRecord next = Record("e", 2);
  next.execution.state = ExecutionState::kFailed;
  next.data = std::string(50'000, 'x');
  ASSERT_TRUE(store_->Put(next).ok());
  EXPECT_EQ(*store_->Get("e"), next);
}

TEST_P(ExecutionStoreContract, PutIsIdempotent) {
  ASSERT_TRUE(store_->Put(Record("e")).ok());
  EXPECT_TRUE(store_->Put(Record("e")).ok());
  EXPECT_EQ(store_->Get("e")->revision, 1u);
}

TEST_P(ExecutionStoreContract, AnotherRevisionIsAConflict) {
  EXPECT_EQ(store_->Put(Record("e", 2)).error().code, Code::kConflict);
  EXPECT_EQ(store_->Put(Record("e", 0)).error().code, Code::kConflict);
  ASSERT_TRUE(store_->Put(Record("e")).ok());
  ExecutionRecord other = Record("e");
  other.data = "other";
  EXPECT_EQ(store_->Put(other).error().code, Code::kConflict);
  EXPECT_EQ(store_->Put(Record("e", 3)).error().code, Code::kConflict);
  EXPECT_EQ(*store_->Get("e"), Record("e"));
}

TEST_P(ExecutionStoreContract, RunningListsByNameInPages) {
  std::vector<std::string> expected;
  for (int i = 0; i < 250; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "p/batch-%03d", i);
    ExecutionRecord record = Record(name);
    if (i % 10 == 0) record.execution.state = ExecutionState::kSucceeded;
    if (i % 10 != 0) expected.emplace_back(name);
    ASSERT_TRUE(store_->Put(record).ok());
  }
  std::vector<std::string> names;
  std::string after;
  while (true) {
    const auto page = store_->Running(after, 40);
    ASSERT_TRUE(page.ok());
    ASSERT_LE(page->size(), 40u);
    if (page->empty()) break;
    for (const ExecutionRecord& record : *page) names.push_back(record.execution.name);
    after = names.back();
  }
  EXPECT_EQ(names, expected);
  ExecutionRecord ended = Record(expected[0], 2);
  ended.execution.state = ExecutionState::kFailed;
  ASSERT_TRUE(store_->Put(ended).ok());
  EXPECT_EQ(store_->Running("", 1)->at(0).execution.name, expected[1]);
}

TEST_P(ExecutionStoreContract, OfRacingWritersOneWins) {
  ASSERT_TRUE(store_->Put(Record("e")).ok());
  for (uint64_t revision = 2; revision < 20; ++revision) {
    std::atomic<int> winners = 0;
    InThreads(4, [&](int i) {
      ExecutionRecord record = Record("e", revision);
      record.data = "writer " + std::to_string(i);
      const Status put = store_->Put(record);
      if (put.ok()) {
        winners += 1;
      } else {
        EXPECT_EQ(put.error().code, Code::kConflict) << put.error().message;
      }
    });
    EXPECT_EQ(winners, 1);
  }
}

}  // namespace
}  // namespace varve
