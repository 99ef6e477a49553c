#include "object_store_contract.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>

#include "scratch.h"

namespace varve {

void ObjectStoreContract::SetUp() {
  scratch_ = MakeScratch();
  std::filesystem::create_directory(scratch_ / "store");
  store_ = GetParam().make(scratch_ / "store");
}

void ObjectStoreContract::TearDown() {
  store_.reset();
  std::filesystem::remove_all(scratch_);
}

ObjectRef ObjectStoreContract::Put(const std::string& key, const std::string& content) {
  const auto info = store_->Put(key, content, PutCondition::kAlways);
  EXPECT_TRUE(info.ok()) << info.error().message;
  return info.ok() ? info->ref : ObjectRef{};
}

std::string ObjectStoreContract::Content(const std::string& key) {
  const auto content = store_->Get(key, 1 << 20);
  if (content.ok()) return *content;
  return "<" + std::string(CodeName(content.error().code)) + ">";
}

std::string ObjectStoreContract::VersionContent(const ObjectRef& ref) {
  const std::string path = (scratch_ / ("read-" + std::to_string(++local_files_))).string();
  const Status read = store_->ReadFile(ref, path);
  if (!read.ok()) return "<" + std::string(CodeName(read.error().code)) + ">";
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string ObjectStoreContract::LocalFile(const std::string& content) {
  const std::string path = (scratch_ / ("local-" + std::to_string(++local_files_))).string();
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::vector<std::string> ObjectStoreContract::Keys(const std::string& prefix, int limit) {
  std::vector<std::string> keys;
  std::string after;
  do {
    const auto page = store_->List(prefix, after, limit);
    EXPECT_TRUE(page.ok()) << page.error().message;
    if (!page.ok()) break;
    EXPECT_LE(page->objects.size(), static_cast<size_t>(limit));
    for (const ObjectInfo& object : page->objects) keys.push_back(object.ref.key);
    after = page->next;
  } while (!after.empty());
  return keys;
}

namespace {

TEST_P(ObjectStoreContract, WhatWasPutIsThere) {
  const auto put = store_->Put("a/b.json", "{}", PutCondition::kAlways);
  ASSERT_TRUE(put.ok());
  EXPECT_EQ(put->ref.bucket, store_->bucket());
  EXPECT_EQ(put->ref.key, "a/b.json");
  EXPECT_FALSE(put->ref.version.empty());
  EXPECT_EQ(put->size_bytes, 2u);
  const auto head = store_->Head("a/b.json");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->ref, put->ref);
  EXPECT_EQ(head->size_bytes, 2u);
  EXPECT_GT(head->modified_us, 0);
  EXPECT_EQ(Content("a/b.json"), "{}");
}

TEST_P(ObjectStoreContract, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(store_->Head("nothing").error().code, Code::kNotFound);
  EXPECT_EQ(Content("nothing"), "<not_found>");
  EXPECT_EQ(store_->Move("nothing", "else").error().code, Code::kNotFound);
  EXPECT_EQ(VersionContent({store_->bucket(), "nothing", "1-2-3"}), "<not_found>");
}

TEST_P(ObjectStoreContract, GetRefusesMoreThanItsLimit) {
  Put("k", std::string(100, 'x'));
  EXPECT_EQ(store_->Get("k", 99).error().code, Code::kLimit);
  EXPECT_TRUE(store_->Get("k", 100).ok());
}

TEST_P(ObjectStoreContract, RangesEndWhereTheObjectDoes) {
  Put("key", "0123456789");
  EXPECT_EQ(*store_->GetRange("key", 0, 4), "0123");
  EXPECT_EQ(*store_->GetRange("key", 4, 100), "456789");
  EXPECT_EQ(*store_->GetRange("key", 10, 4), "");
  EXPECT_EQ(*store_->GetRange("key", 1ull << 40, 4), "");
  EXPECT_EQ(store_->GetRange("none", 0, 4).error().code, Code::kNotFound);
}

TEST_P(ObjectStoreContract, EmptyObjectsAndBinaryContent) {
  Put("empty", "");
  EXPECT_EQ(Content("empty"), "");
  const std::string binary("\0\xff\n\r", 4);
  Put("binary", binary);
  EXPECT_EQ(Content("binary"), binary);
}

TEST_P(ObjectStoreContract, ConditionalPutKeepsTheFirst) {
  ASSERT_TRUE(store_->Put("m", "one", PutCondition::kIfAbsent).ok());
  EXPECT_EQ(store_->Put("m", "two", PutCondition::kIfAbsent).error().code, Code::kAlreadyExists);
  EXPECT_EQ(Content("m"), "one");
}

TEST_P(ObjectStoreContract, OfRacingConditionalPutsOneWins) {
  for (int round = 0; round < 20; ++round) {
    const std::string key = "race-" + std::to_string(round);
    std::atomic<int> winners = 0;
    std::atomic<int> winner = -1;
    InThreads(4, [&](int i) {
      const auto put = store_->Put(key, std::to_string(i), PutCondition::kIfAbsent);
      if (put.ok()) {
        winners += 1;
        winner = i;
      } else {
        EXPECT_EQ(put.error().code, Code::kAlreadyExists) << put.error().message;
      }
    });
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(Content(key), std::to_string(winner));
  }
}

TEST_P(ObjectStoreContract, AnOverwrittenObjectIsAnotherVersion) {
  const ObjectRef first = Put("k", "first");
  const ObjectRef second = Put("k", "second");
  EXPECT_NE(first.version, second.version);
  EXPECT_EQ(Content("k"), "second");
  EXPECT_EQ(VersionContent(second), "second");
  // Stores that keep versions still have it, others say so; none gives another content.
  EXPECT_THAT(VersionContent(first), testing::AnyOf("first", "<not_found>"));
}

TEST_P(ObjectStoreContract, WriteFileThenReadFile) {
  const std::string content(100'000, 'q');
  ASSERT_TRUE(store_->WriteFile("out/part-0", LocalFile(content)).ok());
  EXPECT_EQ(Content("out/part-0"), content);
  EXPECT_EQ(VersionContent(store_->Head("out/part-0")->ref), content);
  ASSERT_TRUE(store_->WriteFile("out/part-0", LocalFile("again")).ok());
  EXPECT_EQ(Content("out/part-0"), "again");
}

TEST_P(ObjectStoreContract, WriteFileOfNoFileIsNotFound) {
  EXPECT_EQ(store_->WriteFile("k", (scratch_ / "none").string()).error().code, Code::kNotFound);
  EXPECT_EQ(Content("k"), "<not_found>");
}

TEST_P(ObjectStoreContract, ReadersSeeOneVersionWhole) {
  Put("k", std::string(20'000, '0'));
  std::atomic<bool> done = false;
  InThreads(2, [&](int i) {
    if (i == 0) {
      for (int round = 1; round < 100; ++round) {
        Put("k", std::string(20'000, static_cast<char>('0' + round % 10)));
      }
      done = true;
      return;
    }
    while (!done) {
      const std::string content = Content("k");
      ASSERT_EQ(content.size(), 20'000u) << content.substr(0, 40);
      ASSERT_EQ(content.find_first_not_of(content[0]), std::string::npos);
    }
  });
}

TEST_P(ObjectStoreContract, DeleteIsIdempotent) {
  Put("a/k", "x");
  EXPECT_TRUE(store_->Delete("a/k").ok());
  EXPECT_EQ(Content("a/k"), "<not_found>");
  EXPECT_TRUE(store_->Delete("a/k").ok());
  EXPECT_TRUE(store_->Delete("never/was").ok());
  EXPECT_THAT(Keys("", 10), testing::IsEmpty());
}

TEST_P(ObjectStoreContract, MoveAndItsRepetition) {
  Put("staging/x", "rows");
  ASSERT_TRUE(store_->Move("staging/x", "final/day=1/x").ok());
  EXPECT_EQ(Content("final/day=1/x"), "rows");
  EXPECT_EQ(Content("staging/x"), "<not_found>");
  EXPECT_EQ(store_->Move("staging/x", "final/day=1/x").error().code, Code::kNotFound);
  EXPECT_EQ(Content("final/day=1/x"), "rows");
}

TEST_P(ObjectStoreContract, MoveReplaces) {
  Put("new", "new");
  Put("old", "old");
  ASSERT_TRUE(store_->Move("new", "old").ok());
  EXPECT_EQ(Content("old"), "new");
}

TEST_P(ObjectStoreContract, VersionedCallsTouchThatVersionOnly) {
  const ObjectRef first = Put("k", "first");
  const ObjectRef second = Put("k", "second");
  EXPECT_TRUE(store_->DeleteVersion(first).ok());
  EXPECT_EQ(Content("k"), "second");
  EXPECT_TRUE(store_->Tag(second, "varve", "done").ok());
  EXPECT_TRUE(store_->Tag(second, "varve", "done").ok());
  EXPECT_EQ(store_->Head("k")->ref, second);
  ASSERT_TRUE(store_->MoveVersion(second, "archive/k").ok());
  EXPECT_EQ(Content("archive/k"), "second");
  EXPECT_EQ(Content("k"), "<not_found>");
  EXPECT_EQ(store_->MoveVersion(second, "archive/k").error().code, Code::kNotFound);
  EXPECT_EQ(store_->Tag(second, "varve", "done").error().code, Code::kNotFound);
  EXPECT_TRUE(store_->DeleteVersion(second).ok());
}

TEST_P(ObjectStoreContract, MoveVersionLeavesAReplacementAlone) {
  const ObjectRef first = Put("k", "first");
  ASSERT_TRUE(store_->DeleteVersion(first).ok());
  Put("k", "second");
  EXPECT_EQ(store_->MoveVersion(first, "archive/k").error().code, Code::kNotFound);
  EXPECT_EQ(Content("k"), "second");
  EXPECT_EQ(Content("archive/k"), "<not_found>");
}

TEST_P(ObjectStoreContract, ListIsInByteOrderAndHasPages) {
  std::vector<std::string> keys;
  for (const char* folder : {"a", "a-", "a.b", "a/z", "a0", "b"}) {
    for (int i = 0; i < 50; ++i) keys.push_back(std::string(folder) + "/" + std::to_string(i));
  }
  keys.push_back("a.");
  keys.push_back("zz");
  for (const std::string& key : keys) Put(key, key);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(Keys("", 7), keys);
  EXPECT_EQ(Keys("", 1000), keys);
  EXPECT_THAT(Keys("a.", 1000), testing::SizeIs(51));
  EXPECT_THAT(Keys("a/4", 3), testing::SizeIs(11));
  EXPECT_THAT(Keys("b/", 10), testing::SizeIs(50));
  EXPECT_THAT(Keys("nothing", 10), testing::IsEmpty());
}

TEST_P(ObjectStoreContract, ListGoesOnAfterAKeyThatIsGone) {
  for (const char* key : {"p/a", "p/b/1", "p/c"}) Put(key, "");
  const auto page = store_->List("p/", "p/b", 10);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->objects.size(), 2u);
  EXPECT_EQ(page->objects[0].ref.key, "p/b/1");
  EXPECT_TRUE(store_->List("p/", "p/zzz", 10)->objects.empty());
  EXPECT_EQ(store_->List("p/", "a", 10)->objects.size(), 3u);
}

TEST_P(ObjectStoreContract, ListTellsWhatHeadTells) {
  Put("k", "four");
  const auto page = store_->List("", "", 10);
  ASSERT_EQ(page->objects.size(), 1u);
  EXPECT_EQ(page->objects[0], *store_->Head("k"));
}

// Each either works, as itself and nothing else, or is refused.
TEST_P(ObjectStoreContract, OddKeys) {
  const std::vector<std::string> keys = {"a b+c%20.ndjson",
                                         "line\nbreak.ndjson",
                                         "\xF0\x9F\xAA\xA8.ndjson",
                                         "<script>x</script>",
                                         "quote\"'`$(id);&|.json",
                                         "-rf",
                                         std::string(1024, 'k'),
                                         "tab\tbell\a",
                                         "back\\slash",
                                         "a/../../x",
                                         "../x",
                                         "/etc/passwd",
                                         "a//b",
                                         "a/./b",
                                         "..",
                                         "x/",
                                         "caf\xC3\xA9",
                                         "cafe\xCC\x81",
                                         std::string(200, 'd') + "/" + std::string(200, 'e')};
  std::vector<std::string> stored;
  for (const std::string& key : keys) {
    const auto put = store_->Put(key, key, PutCondition::kAlways);
    if (!put.ok()) {
      EXPECT_EQ(put.error().code, Code::kInvalidArgument) << put.error().message;
      EXPECT_EQ(Content(key), "<invalid_argument>");
      EXPECT_EQ(put.error().message.find('\n'), std::string::npos);
      continue;
    }
    stored.push_back(key);
    EXPECT_EQ(Content(key), key);
    EXPECT_EQ(put->ref.key, key);
  }
  std::sort(stored.begin(), stored.end());
  EXPECT_EQ(Keys("", 4), stored);
  EXPECT_GE(stored.size(), 8u);
  for (const auto& entry : std::filesystem::directory_iterator(scratch_)) {
    EXPECT_EQ(entry.path().filename(), "store");  // nothing escaped
  }
}

TEST_P(ObjectStoreContract, KeysThatAreTooLongOrEmptyAreRefused) {
  EXPECT_EQ(store_->Put("", "", PutCondition::kAlways).error().code, Code::kInvalidArgument);
  EXPECT_EQ(store_->Put(std::string(1025, 'k'), "", PutCondition::kAlways).error().code,
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace varve
