#include "adapters/aws/dynamodb/item.h"

#include <gtest/gtest.h>

#include "adapters/aws/dynamodb/batch_item.h"
#include "adapters/aws/dynamodb/file_item.h"
#include "adapters/aws/dynamodb/keys.h"
#include "adapters/aws/dynamodb/table.h"
#include "adapters/aws/dynamodb/transaction_failure.h"

namespace varve::aws {
namespace {

using nlohmann::json;

FileEntry Entry() {
  FileEntry entry;
  FileRecord& file = entry.file;
  file.pipeline = "a#b";
  file.object = {{"in", "k/\xC3\xA4#1", "v"}, UINT64_MAX, "etag", -5};
  file.sequencer = "0055";
  file.state = FileState::kCompleted;
  file.batch = "2025-01-17/batch-0001";
  file.attempts = 3;
  file.alone = true;
  file.first_seen_us = 1'737'072'000'000'000;
  file.not_before_us = 7;
  file.updated_us = 8;
  file.accounting = {10, 7, 2, 1};
  file.error = "bad \"gzip\"";
  entry.history = {{1, FileState::kPending, "", "event"}, {2, FileState::kClaimed, "b", ""}};
  entry.newer_known = true;
  entry.number = 4;
  entry.revision = 9;
  return entry;
}

BatchEntry SomeBatch() {
  BatchEntry entry;
  BatchRecord& batch = entry.batch;
  batch.pipeline = "p";
  batch.id = "2025-01-17/batch-0001";
  batch.state = BatchState::kPublishing;
  batch.files = {{"in", "a", "v1"}, {"in", "b", ""}};
  batch.manifest_key = "manifests/x.json";
  batch.fence = 3;
  batch.owner = "o";
  batch.lease_until_us = 5;
  batch.created_us = 6;
  batch.updated_us = 7;
  batch.attempts = 8;
  batch.error = "e";
  batch.reruns = 2;
  batch.outputs = {{"s", "f\xC3\xA4", 1, 2, "h", true}};
  batch.previous = {{"s2", "f2", 3, 4, "h2", false}};
  entry.revision = 11;
  return entry;
}

TEST(FileItemTest, IsReadAsItWasWritten) {
  const FileEntry entry = Entry();
  const auto read = ParseFileItem(json::parse(FileItem(entry).dump()));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->file, entry.file);
  EXPECT_EQ(read->history, entry.history);
  EXPECT_TRUE(read->newer_known);
  EXPECT_EQ(read->number, 4u);
  EXPECT_EQ(read->revision, 9u);
}

TEST(FileItemTest, WhatCannotBeReadIsCorrupt) {
  json item = FileItem(Entry());
  for (const json& wrong : {json{{"S", "12"}}, json{{"N", "1x"}}, json{{"N", ""}}, json(3)}) {
    item["attempts"] = wrong;
    EXPECT_EQ(ParseFileItem(item).error().code, Code::kCorrupt) << wrong;
  }
  item = FileItem(Entry());
  item["state"] = TextValue("lost");
  EXPECT_EQ(ParseFileItem(item).error().code, Code::kCorrupt);
  item = FileItem(Entry());
  item["history"] = {{"L", {TextValue("x")}}};
  EXPECT_EQ(ParseFileItem(item).error().code, Code::kCorrupt);
}

TEST(FileItemTest, AChangeLeavesAnEventAndForgetsOldOnes) {
  FileEntry entry = Entry();
  FileRecord next = entry.file;
  next.error = std::string(kErrorBytes, 'e') + "more";
  for (int i = 0; i < 100; ++i) entry = Changed(entry, next, std::string(2000, 'd'));
  EXPECT_EQ(entry.revision, 109u);
  EXPECT_EQ(entry.file.error.size(), kErrorBytes);
  EXPECT_EQ(entry.history.front().detail, "event");
  EXPECT_EQ(entry.history.back().detail.size(), kDetailBytes);
  EXPECT_LE(FileItem(entry).dump().size(), kHistoryBytes + kErrorBytes + 6000);
}

TEST(BatchItemTest, IsReadAsItWasWritten) {
  const BatchEntry entry = SomeBatch();
  const auto read = ParseBatchItem(json::parse(BatchItem(entry).dump()));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->batch, entry.batch);
  EXPECT_EQ(read->revision, 11u);
}

TEST(BatchItemTest, OutputsInSetsAreNotInTheItem) {
  BatchEntry entry = SomeBatch();
  entry.outputs_set = "3-4";
  const json item = BatchItem(entry);
  EXPECT_FALSE(item.contains("outputs"));
  EXPECT_TRUE(item["has_quarantine"]["BOOL"].get<bool>());
  const auto read = ParseBatchItem(item);
  EXPECT_EQ(read->outputs_set, "3-4");
  EXPECT_TRUE(read->batch.outputs.empty());
  EXPECT_EQ(ParseOutputs("[[1]]").error().code, Code::kCorrupt);
}

TEST(KeysTest, PartsAreKeptApart) {
  EXPECT_NE(VersionsPartition("a#b", "c"), VersionsPartition("a", "b#c"));
  EXPECT_NE(VersionsPartition("a#b", "c"), VersionsPartition("a%23b", "c"));
  EXPECT_NE(FileKey("p", {"b", "k", "1#2"}), FileKey("p", {"b#1", "k", "2"}));
  EXPECT_EQ(BatchKey("p", "2025-01-17/batch-0001").pk, BatchKey("p", "2025-01-17/").pk);
  EXPECT_LT(Padded(9), Padded(10));
  EXPECT_EQ(Padded(-1), Padded(0));
}

TEST(KeysTest, SortKeysInIndexesAreCutBetweenCharacters) {
  FileRecord file = Entry().file;
  file.object.ref.key.clear();
  for (int i = 0; i < 512; ++i) file.object.ref.key += "\xC3\xA4";
  EXPECT_LE(ListingKey(file).sk.size(), 1024u);
  EXPECT_NO_THROW(json(ListingKey(file).sk).dump());
  EXPECT_EQ(CutText("a\xC3\xA4", 2), "a");
  EXPECT_EQ(CutText("a\xC3\xA4", 3), "a\xC3\xA4");
}

TEST(KeysTest, OnlyWhatIsDueIsInTheIndexOfIt) {
  FileRecord file = Entry().file;
  file.accounting = {};
  EXPECT_EQ(DueKey(file).pk, "");
  file.state = FileState::kPending;
  EXPECT_EQ(DueKey(file).pk, DelayedPartition(file.pipeline));
  file.not_before_us = 0;
  EXPECT_EQ(DueKey(file).pk, PendingPartition(file.pipeline, FileShard(file.object.ref.key)));
  BatchRecord batch = SomeBatch().batch;
  EXPECT_EQ(DueKey(batch).pk, LeasesPartition("p"));
  batch.state = BatchState::kFailed;
  EXPECT_EQ(DueKey(batch).pk, "");
}

TEST(TableTest, IndexesHaveTheirKeys) {
  const json input = CreateTableInput("t");
  EXPECT_EQ(input["KeySchema"][0]["AttributeName"], "pk");
  EXPECT_EQ(input["GlobalSecondaryIndexes"].size(), 2u);
  EXPECT_EQ(input["GlobalSecondaryIndexes"][0]["KeySchema"][1]["AttributeName"], "due_sk");
  EXPECT_EQ(input["AttributeDefinitions"].size(), 6u);
}

AwsFailure CancelledFor(const std::vector<std::string>& codes) {
  json reasons = json::array();
  for (const std::string& code : codes) reasons.push_back({{"Code", code}, {"Message", "why"}});
  return {400, "TransactionCanceledException", "cancelled", "",
          json{{"CancellationReasons", reasons}}.dump()};
}

TEST(TransactionFailureTest, ReasonsDecide) {
  const auto read = [](const std::vector<std::string>& codes) {
    return ReadCancellation(CancelledFor(codes));
  };
  EXPECT_EQ(read({"None", "ConditionalCheckFailed"}), Cancelled::kCondition);
  EXPECT_EQ(read({"TransactionConflict", "ConditionalCheckFailed"}), Cancelled::kCondition);
  EXPECT_EQ(read({"None", "TransactionConflict"}), Cancelled::kBusy);
  EXPECT_EQ(read({"ThrottlingError"}), Cancelled::kBusy);
  EXPECT_EQ(read({"ConditionalCheckFailed", "ValidationError"}), Cancelled::kInvalid);
  EXPECT_EQ(read({}), Cancelled::kInvalid);
  EXPECT_EQ(ReadCancellation({400, "ThrottlingException", "", "", ""}), Cancelled::kNo);
}

TEST(TransactionFailureTest, InvalidRequestsTellWhy) {
  const Error error = CancellationError(CancelledFor({"None", "ValidationError"}), "write");
  EXPECT_EQ(error.code, Code::kInvalidArgument);
  EXPECT_NE(error.message.find("ValidationError: why"), std::string::npos);
  AwsFailure large = CancelledFor({});
  large.body = R"({"CancellationReasons":[{"Code":"ValidationError",
      "Message":"Item size to update has exceeded the maximum allowed size"}]})";
  EXPECT_EQ(CancellationError(large, "write").code, Code::kLimit);
}

}  // namespace
}  // namespace varve::aws
