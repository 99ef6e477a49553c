// The contract of object stores over S3, and what is S3's own: keys that are hard to sign, uploads
// in parts. Skipped unless VARVE_TEST_S3 is the address of a server (tests/aws/s3_servers.py starts
// one); credentials are those of the environment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "object_store_contract.h"
#include "s3_server.h"
#include "scratch.h"

namespace varve {
namespace {

std::vector<ObjectStoreFactory> Factories() {
  if (!HasS3Server()) return {};
  return {{"S3", MakeS3Store}};
}

const auto kName = [](const auto& info) { return info.param.name; };

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ObjectStoreContract);
INSTANTIATE_TEST_SUITE_P(Aws, ObjectStoreContract, testing::ValuesIn(Factories()), kName);

class S3Test : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasS3Server()) GTEST_SKIP() << "VARVE_TEST_S3 is not set";
    scratch_ = MakeScratch();
    store_ = MakeS3Store(scratch_);
  }
  void TearDown() override { std::filesystem::remove_all(scratch_); }

  std::string Local(const std::string& name) const { return (scratch_ / name).string(); }

  std::filesystem::path scratch_;
  std::unique_ptr<ObjectStore> store_;
};

std::string ReadLocal(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Each character that some signer somewhere gets wrong.
const std::vector<std::string> kHardKeys = {"with space",
                                            "day=2025-01-17/plus+plus",
                                            "it's (one) [two] {three}",
                                            "a:b&c,d;e@f!g*h$i",
                                            "100%",
                                            "%41%2F",
                                            "~tilde^caret|bar",
                                            "\xC3\xBCml\xC3\xA4ut",
                                            "\xF0\x9F\xAA\xA8/stone",
                                            ".leading/..two/three...",
                                            "trailing.",
                                            "question?mark#hash",
                                            "<x>&amp;\"quote\""};

TEST_F(S3Test, HardKeysInEveryCall) {
  for (const std::string& key : kHardKeys) {
    SCOPED_TRACE(key);
    const auto put = store_->Put(key, key, PutCondition::kIfAbsent);
    ASSERT_TRUE(put.ok()) << put.error().message;
    EXPECT_EQ(store_->Put(key, "", PutCondition::kIfAbsent).error().code, Code::kAlreadyExists);
    const auto head = store_->Head(key);
    ASSERT_TRUE(head.ok()) << head.error().message;
    EXPECT_EQ(head->ref, put->ref);
    EXPECT_EQ(*store_->Get(key, 1000), key);
    EXPECT_EQ(*store_->GetRange(key, 1, 2), key.substr(1, 2));
    const auto page = store_->List(key, "", 10);
    ASSERT_TRUE(page.ok()) << page.error().message;
    ASSERT_EQ(page->objects.size(), 1u);
    EXPECT_EQ(page->objects[0], *head);
    EXPECT_TRUE(store_->List(key, key, 10)->objects.empty());
    const Status tagged = store_->Tag(put->ref, "varve", "a b+c=d");
    EXPECT_TRUE(tagged.ok()) << tagged.error().message;
    ASSERT_TRUE(store_->ReadFile(put->ref, Local("read")).ok());
    EXPECT_EQ(ReadLocal(Local("read")), key);
    const Status moved = store_->MoveVersion(put->ref, "moved/" + key);
    ASSERT_TRUE(moved.ok()) << moved.error().message;
    EXPECT_EQ(*store_->Get("moved/" + key, 1000), key);
    EXPECT_EQ(store_->Head(key).error().code, Code::kNotFound);
    EXPECT_TRUE(store_->Delete("moved/" + key).ok());
    EXPECT_EQ(store_->Head("moved/" + key).error().code, Code::kNotFound);
  }
}

TEST_F(S3Test, LargeFilesGoInPartsAndComeInRanges) {
  std::string content(40 << 20, '\0');
  uint32_t state = 1;
  for (char& c : content) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  std::ofstream(Local("big"), std::ios::binary) << content;
  const std::string key = "big = file+1";
  const Status written = store_->WriteFile(key, Local("big"));
  ASSERT_TRUE(written.ok()) << written.error().message;
  const auto head = store_->Head(key);
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->size_bytes, content.size());
  ASSERT_TRUE(store_->ReadFile(head->ref, Local("back")).ok());
  EXPECT_TRUE(ReadLocal(Local("back")) == content);
  ASSERT_TRUE(store_->Move(key, "elsewhere").ok());
  EXPECT_EQ(*store_->GetRange("elsewhere", content.size() - 3, 10),
            content.substr(content.size() - 3));
}

TEST_F(S3Test, AFileThatCannotBeReadToItsEndIsNotThere) {
  const auto put = store_->Put("k", "one", PutCondition::kAlways);
  ASSERT_TRUE(put.ok());
  ASSERT_TRUE(store_->DeleteVersion(put->ref).ok());
  EXPECT_EQ(store_->ReadFile(put->ref, Local("read")).error().code, Code::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(Local("read")));
}

TEST_F(S3Test, ErrorsNameTheUrl) {
  const auto head = store_->Head("x");
  EXPECT_EQ(head.error().code, Code::kNotFound);
  EXPECT_THAT(head.error().message, testing::HasSubstr("s3://" + store_->bucket() + "/x"));
}

}  // namespace
}  // namespace varve
