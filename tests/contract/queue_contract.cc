#include "queue_contract.h"

#include <gmock/gmock.h>

#include <mutex>
#include <set>

#include "scratch.h"

namespace varve {

void QueueContract::SetUp() {
  scratch_ = MakeScratch();
  under_test_ = GetParam().make(scratch_, kReceivesMax);
}

void QueueContract::TearDown() {
  under_test_ = {};
  std::filesystem::remove_all(scratch_);
}

std::vector<Message> QueueContract::ReceiveAll() {
  std::vector<Message> all;
  // A queue may give fewer than it has, or none once.
  for (int empty = 0; empty < 2;) {
    const auto some = queue().Receive(10, kVisibilityUs);
    EXPECT_TRUE(some.ok()) << some.error().message;
    if (!some.ok()) break;
    EXPECT_LE(some->size(), 10u);
    empty = some->empty() ? empty + 1 : 0;
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

Message QueueContract::ReceiveOne() {
  const std::vector<Message> all = ReceiveAll();
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? Message{} : all.front();
}

namespace {

TEST_P(QueueContract, SentMessagesAreReceivedAndDeleted) {
  ASSERT_TRUE(queue().Send({"one", "two", "three"}).ok());
  std::set<std::string> bodies;
  for (const Message& message : ReceiveAll()) {
    bodies.insert(message.body);
    EXPECT_EQ(message.receive_count, 1u);
    EXPECT_GT(message.sent_us, 0);
    EXPECT_TRUE(queue().Delete(message.receipt).ok());
    EXPECT_TRUE(queue().Delete(message.receipt).ok());
  }
  EXPECT_EQ(bodies, (std::set<std::string>{"one", "two", "three"}));
  PassTime(2 * kVisibilityUs);
  EXPECT_THAT(ReceiveAll(), testing::IsEmpty());
}

TEST_P(QueueContract, NothingToSendOrReceiveIsFine) {
  EXPECT_TRUE(queue().Send({}).ok());
  EXPECT_THAT(ReceiveAll(), testing::IsEmpty());
}

TEST_P(QueueContract, BodiesAreKeptByteForByte) {
  const std::string body =
      "{\"key\":\"a b+c%20 \xF0\x9F\xAA\xA8 <script>\"}\n\t" + std::string(50'000, 'x');
  ASSERT_TRUE(queue().Send({body}).ok());
  EXPECT_EQ(ReceiveOne().body, body);
}

TEST_P(QueueContract, AReceivedMessageIsHiddenUntilItsTimeout) {
  ASSERT_TRUE(queue().Send({"m"}).ok());
  const Message first = ReceiveOne();
  EXPECT_THAT(ReceiveAll(), testing::IsEmpty());
  PassTime(kVisibilityUs + 1);
  const Message again = ReceiveOne();
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.body, "m");
  EXPECT_EQ(again.receive_count, 2u);
}

TEST_P(QueueContract, AnOldReceiptDeletesNothing) {
  ASSERT_TRUE(queue().Send({"m"}).ok());
  const Message first = ReceiveOne();
  PassTime(kVisibilityUs + 1);
  const Message second = ReceiveOne();
  EXPECT_TRUE(queue().Delete(first.receipt).ok());
  PassTime(kVisibilityUs + 1);
  EXPECT_EQ(ReceiveOne().id, second.id);
}

TEST_P(QueueContract, ManyAreDeletedAtOnceButNotByOldReceipts) {
  ASSERT_TRUE(queue().Send({"a", "b", "c"}).ok());
  const std::vector<Message> first = ReceiveAll();
  ASSERT_EQ(first.size(), 3u);
  EXPECT_TRUE(queue().DeleteAll({}).ok());
  EXPECT_TRUE(queue().DeleteAll({first[0].receipt, "12345", first[2].receipt}).ok());
  PassTime(kVisibilityUs + 1);
  EXPECT_TRUE(queue().DeleteAll({first[1].receipt}).ok());
  EXPECT_EQ(ReceiveOne().id, first[1].id);
}

TEST_P(QueueContract, HideProlongsAndGivesBack) {
  ASSERT_TRUE(queue().Send({"m"}).ok());
  const Message first = ReceiveOne();
  ASSERT_TRUE(queue().Hide(first.receipt, 4 * kVisibilityUs).ok());
  PassTime(2 * kVisibilityUs);
  EXPECT_THAT(ReceiveAll(), testing::IsEmpty());
  ASSERT_TRUE(queue().Hide(first.receipt, 0).ok());
  EXPECT_EQ(ReceiveOne().id, first.id);
}

TEST_P(QueueContract, AnUnknownReceiptIsNotFound) {
  EXPECT_EQ(queue().Hide("12345", kVisibilityUs).error().code, Code::kNotFound);
  EXPECT_EQ(queue().Bury("12345", "why").error().code, Code::kNotFound);
  EXPECT_EQ(queue().Bury("not a receipt", "why").error().code, Code::kNotFound);
  EXPECT_TRUE(queue().Delete("12345").ok());
}

TEST_P(QueueContract, WhatIsReceivedTooOftenDies) {
  ASSERT_TRUE(queue().Send({"poison"}).ok());
  std::string id;
  for (uint32_t i = 1; i <= kReceivesMax; ++i) {
    const Message message = ReceiveOne();
    id = message.id;
    EXPECT_EQ(message.receive_count, i);
    PassTime(kVisibilityUs + 1);
  }
  EXPECT_THAT(ReceiveAll(), testing::IsEmpty());
  const auto dead = queue().DeadLetters("", 10);
  ASSERT_TRUE(dead.ok());
  ASSERT_EQ(dead->letters.size(), 1u);
  EXPECT_EQ(dead->letters[0].id, id);
  EXPECT_EQ(dead->letters[0].body, "poison");
  EXPECT_FALSE(dead->letters[0].reason.empty());
}

TEST_P(QueueContract, BuriedMessagesKeepTheirReason) {
  ASSERT_TRUE(queue().Send({"not json"}).ok());
  const Message message = ReceiveOne();
  ASSERT_TRUE(queue().Bury(message.receipt, "line 1: not an S3 event").ok());
  PassTime(kVisibilityUs + 1);
  EXPECT_THAT(ReceiveAll(), testing::IsEmpty());
  const auto dead = queue().DeadLetters("", 10);
  ASSERT_EQ(dead->letters.size(), 1u);
  EXPECT_EQ(dead->letters[0].reason, "line 1: not an S3 event");
  EXPECT_EQ(dead->letters[0].body, "not json");
  EXPECT_EQ(dead->letters[0].receive_count, 1u);
  EXPECT_GT(dead->letters[0].died_us, 0);
  EXPECT_EQ(queue().Depth()->dead, 1u);
}

TEST_P(QueueContract, ATimedOutDeliveryBuriesNothing) {
  ASSERT_TRUE(queue().Send({"m"}).ok());
  const Message first = ReceiveOne();
  PassTime(kVisibilityUs + 1);
  ReceiveOne();
  EXPECT_EQ(queue().Bury(first.receipt, "late").error().code, Code::kNotFound);
  EXPECT_EQ(queue().DeadLetters("", 10)->letters.size(), 0u);
}

TEST_P(QueueContract, RedriveBringsADeadLetterBack) {
  ASSERT_TRUE(queue().Send({"m"}).ok());
  const Message message = ReceiveOne();
  ASSERT_TRUE(queue().Bury(message.receipt, "why").ok());
  ASSERT_TRUE(queue().Redrive(message.id).ok());
  EXPECT_EQ(queue().Redrive(message.id).error().code, Code::kNotFound);
  const Message again = ReceiveOne();
  EXPECT_EQ(again.body, "m");
  EXPECT_EQ(again.id, message.id);
  EXPECT_EQ(again.receive_count, 1u);
  EXPECT_EQ(queue().DeadLetters("", 10)->letters.size(), 0u);
}

TEST_P(QueueContract, DeadLettersHavePagesOldestFirst) {
  std::vector<std::string> bodies;
  for (int i = 0; i < 23; ++i) bodies.push_back("m" + std::to_string(i));
  ASSERT_TRUE(queue().Send(bodies).ok());
  for (const Message& message : ReceiveAll()) {
    ASSERT_TRUE(queue().Bury(message.receipt, "why").ok());
  }
  std::set<std::string> seen;
  std::string after;
  int64_t died_us = 0;
  do {
    const auto page = queue().DeadLetters(after, 5);
    ASSERT_TRUE(page.ok());
    EXPECT_LE(page->letters.size(), 5u);
    for (const DeadLetter& letter : page->letters) {
      EXPECT_TRUE(seen.insert(letter.body).second) << letter.body;
      EXPECT_GE(letter.died_us, died_us);
      died_us = letter.died_us;
    }
    after = page->next;
  } while (!after.empty());
  EXPECT_EQ(seen.size(), bodies.size());
}

TEST_P(QueueContract, DepthCounts) {
  EXPECT_EQ(queue().Depth()->oldest_sent_us, 0);
  ASSERT_TRUE(queue().Send({"a", "b", "c"}).ok());
  EXPECT_EQ(queue().Depth()->visible, 3u);
  EXPECT_GT(queue().Depth()->oldest_sent_us, 0);
  const std::vector<Message> all = ReceiveAll();
  EXPECT_EQ(queue().Depth()->visible, 0u);
  EXPECT_EQ(queue().Depth()->in_flight, 3u);
  ASSERT_TRUE(queue().Delete(all.at(0).receipt).ok());
  EXPECT_EQ(queue().Depth()->in_flight, 2u);
  PassTime(kVisibilityUs + 1);
  EXPECT_EQ(queue().Depth()->visible, 2u);
}

TEST_P(QueueContract, RacingConsumersShareTheMessages) {
  constexpr int kMessages = 400;
  std::vector<std::string> bodies;
  for (int i = 0; i < kMessages; ++i) bodies.push_back(std::to_string(i));
  ASSERT_TRUE(queue().Send(bodies).ok());
  std::mutex mutex;
  std::multiset<std::string> seen;
  InThreads(4, [&](int) {
    for (const Message& message : ReceiveAll()) {
      EXPECT_TRUE(queue().Delete(message.receipt).ok());
      const std::lock_guard lock(mutex);
      seen.insert(message.body);
    }
  });
  // At least once: SQS may give a message twice, but none may be lost.
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), bodies.size());
  PassTime(kVisibilityUs + 1);
  EXPECT_THAT(ReceiveAll(), testing::IsEmpty());
}

}  // namespace
}  // namespace varve
