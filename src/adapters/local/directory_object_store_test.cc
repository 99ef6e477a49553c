// What the contract suite does not ask of every store: links, leftovers, folders, versions.
#include "adapters/local/directory_object_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "adapters/local/temporary_files.h"

namespace varve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DirectoryObjectStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "varve-store-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    scratch_ = name;
    root_ = scratch_ / "root";
    store_ = Open(ListedNames::kAll);
  }
  void TearDown() override {
    std::filesystem::permissions(root_, std::filesystem::perms::owner_all);
    std::filesystem::remove_all(scratch_);
  }

  std::unique_ptr<DirectoryObjectStore> Open(ListedNames names) {
    return DirectoryObjectStore::Open("in", root_.string(), names).value();
  }
  void Write(const std::string& key, const std::string& content) {
    std::filesystem::create_directories((root_ / key).parent_path());
    std::ofstream(root_ / key) << content;
  }
  ObjectRef Put(const std::string& key, const std::string& content) {
    return store_->Put(key, content, PutCondition::kAlways)->ref;
  }
  static std::vector<std::string> Keys(ObjectStore& store) {
    std::vector<std::string> keys;
    const auto page = store.List("", "", 1000);
    EXPECT_TRUE(page.ok());
    for (const ObjectInfo& object : page->objects) keys.push_back(object.ref.key);
    return keys;
  }

  std::filesystem::path scratch_;
  std::filesystem::path root_;
  std::unique_ptr<DirectoryObjectStore> store_;
};

TEST_F(DirectoryObjectStoreTest, NoSymbolicLinkLeadsOut) {
  std::filesystem::create_directories(scratch_ / "outside");
  std::ofstream(scratch_ / "outside/secret") << "secret";
  std::filesystem::create_directory_symlink(scratch_ / "outside", root_ / "folder");
  std::filesystem::create_symlink(scratch_ / "outside/secret", root_ / "file");
  EXPECT_FALSE(store_->Get("folder/secret", 100).ok());
  EXPECT_FALSE(store_->Get("file", 100).ok());
  EXPECT_EQ(store_->Put("folder/new", "x", PutCondition::kAlways).error().code,
            Code::kInvalidArgument);
  EXPECT_THAT(Keys(*store_), IsEmpty());
  EXPECT_TRUE(store_->Delete("folder/secret").ok());
  EXPECT_TRUE(std::filesystem::exists(scratch_ / "outside/secret"));
  // A link that is replaced is replaced itself.
  Put("file", "mine");
  EXPECT_FALSE(std::filesystem::is_symlink(root_ / "file"));
}

TEST_F(DirectoryObjectStoreTest, NamesInTheMakingAreNotListedInAnInput) {
  for (const char* name : {"a.ndjson", "b.tmp", "_c/d", ".e", "f.part"}) Write(name, "x");
  Write("lost+found/x", "x");
  EXPECT_THAT(Keys(*store_), ElementsAre("_c/d", "a.ndjson", "b.tmp", "f.part"));
  EXPECT_THAT(Keys(*Open(ListedNames::kFinished)), ElementsAre("a.ndjson"));
}

TEST_F(DirectoryObjectStoreTest, ReadFileLinksAndKeepsTheVersion) {
  const ObjectRef ref = Put("a", "first");
  const std::string path = (scratch_ / "local").string();
  std::ofstream(path) << "something that was there before";
  ASSERT_TRUE(store_->ReadFile(ref, path).ok());
  struct stat linked = {};
  struct stat object = {};
  ASSERT_EQ(stat(path.c_str(), &linked), 0);
  ASSERT_EQ(stat((root_ / "a").c_str(), &object), 0);
  EXPECT_EQ(linked.st_ino, object.st_ino);
  Put("a", "second");
  std::ifstream in(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "first");
}

TEST_F(DirectoryObjectStoreTest, AFileWrittenInPlaceIsAnotherVersion) {
  Write("a", "one");
  const ObjectRef first = store_->Head("a")->ref;
  std::ofstream(root_ / "a", std::ios::app) << "two";
  EXPECT_NE(store_->Head("a")->ref, first);
  EXPECT_EQ(store_->ReadFile(first, (scratch_ / "local").string()).error().code, Code::kNotFound);
  EXPECT_TRUE(store_->DeleteVersion(first).ok());
  EXPECT_EQ(*store_->Get("a", 100), "onetwo");
}

TEST_F(DirectoryObjectStoreTest, NothingTemporaryIsLeft) {
  Put("a", "x");
  EXPECT_FALSE(store_->Put("a", "y", PutCondition::kIfAbsent).ok());
  std::ofstream(scratch_ / "local") << "z";
  ASSERT_TRUE(store_->WriteFile("b", (scratch_ / "local").string()).ok());
  ASSERT_TRUE(store_->MoveVersion(store_->Head("a")->ref, "c").ok());
  ASSERT_TRUE(store_->DeleteVersion(store_->Head("b")->ref).ok());
  EXPECT_TRUE(std::filesystem::is_empty(root_ / ".varve-tmp"));
  EXPECT_THAT(Keys(*store_), ElementsAre("c"));
}

TEST_F(DirectoryObjectStoreTest, WhatAKilledProcessLeftGoesInTime) {
  Write(".varve-tmp/left", "x");
  Open(ListedNames::kAll);
  EXPECT_TRUE(std::filesystem::exists(root_ / ".varve-tmp/left"));
  const int root = open(root_.c_str(), O_RDONLY | O_DIRECTORY);
  RemoveTemporaries(root, std::time(nullptr) + 10);
  close(root);
  EXPECT_FALSE(std::filesystem::exists(root_ / ".varve-tmp/left"));
}

TEST_F(DirectoryObjectStoreTest, StagingFoldersGoWithTheirLastFile) {
  Put("_varve/staging/job/a", "x");
  Put("_varve/staging/job/b", "x");
  Put("in/sub/a", "x");
  ASSERT_TRUE(store_->Move("_varve/staging/job/a", "year=2025/a").ok());
  EXPECT_TRUE(std::filesystem::exists(root_ / "_varve/staging/job"));
  ASSERT_TRUE(store_->Delete("_varve/staging/job/b").ok());
  EXPECT_FALSE(std::filesystem::exists(root_ / "_varve"));
  ASSERT_TRUE(store_->Delete("in/sub/a").ok());
  EXPECT_TRUE(std::filesystem::exists(root_ / "in/sub"));
}

TEST_F(DirectoryObjectStoreTest, AKeyCannotBeAFolderAndAFile) {
  Put("a", "x");
  EXPECT_EQ(store_->Put("a/b", "x", PutCondition::kAlways).error().code, Code::kInvalidArgument);
  EXPECT_EQ(store_->Head("a/b").error().code, Code::kNotFound);
  EXPECT_TRUE(store_->Delete("a/b").ok());
  Put("c/d", "x");
  EXPECT_EQ(store_->Put("c", "x", PutCondition::kAlways).error().code, Code::kInvalidArgument);
  EXPECT_EQ(store_->Head("c").error().code, Code::kNotFound);
  EXPECT_TRUE(store_->Delete("c").ok());
  EXPECT_EQ(*store_->Get("c/d", 10), "x");
}

TEST_F(DirectoryObjectStoreTest, APipeIsNoObject) {
  ASSERT_EQ(mkfifo((root_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(store_->Head("pipe").error().code, Code::kNotFound);
  EXPECT_THAT(Keys(*store_), IsEmpty());
}

TEST_F(DirectoryObjectStoreTest, ATagIsAnExtendedAttribute) {
  const ObjectRef ref = Put("a", "x");
  const Status tagged = store_->Tag(ref, "varve.state", "done");
  if (!tagged.ok() && tagged.error().code == Code::kInvalidArgument) {
    GTEST_SKIP() << tagged.error().message;
  }
  char value[16] = {};
  EXPECT_EQ(getxattr((root_ / "a").c_str(), "user.varve.state", value, sizeof value), 4);
  EXPECT_STREQ(value, "done");
}

TEST_F(DirectoryObjectStoreTest, AReadOnlyFolderSaysSo) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  std::filesystem::permissions(
      root_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_EQ(store_->Put("a", "x", PutCondition::kAlways).error().code, Code::kPermission);
}

TEST_F(DirectoryObjectStoreTest, PagesOfALargeFolderMissNothingThatStays) {
  for (int i = 0; i < 6000; ++i) {
    Write("big/" + std::to_string(100'000 + i), "");
  }
  std::map<std::string, int> seen;
  std::string after;
  int pages = 0;
  do {
    const auto page = store_->List("big/", after, 1000);
    ASSERT_TRUE(page.ok());
    for (const ObjectInfo& object : page->objects) seen[object.ref.key] += 1;
    after = page->next;
    if (++pages == 2) {
      std::filesystem::remove(root_ / "big/105999");
      Write("big/200000", "");
    }
  } while (!after.empty());
  EXPECT_EQ(seen.size(), 5999u);  // the deleted one is not told; the new one waits
  EXPECT_EQ(seen.count("big/105999"), 0u);
  const auto again = store_->List("big/1", "", 1);
  EXPECT_EQ(again->objects.size(), 1u);
  EXPECT_EQ(store_->List("big/2", "", 10)->objects.size(), 1u);  // a new scan reads it again
}

// Jobs stage under folders that others remove as soon as they are empty.
TEST_F(DirectoryObjectStoreTest, FoldersThatArePrunedMeanwhileAreMadeAgain) {
  std::atomic<int> failed{0};
  const auto work = [&](const std::string& name) {
    for (int i = 0; i < 300; ++i) {
      const std::string key = "_staging/day/batch/job/year/" + name;
      if (!store_->Put(key, "x", PutCondition::kAlways).ok()) ++failed;
      if (!store_->Move(key, "_staging/day/batch/out/" + name).ok()) ++failed;
      if (!store_->Delete("_staging/day/batch/out/" + name).ok()) ++failed;
    }
  };
  std::thread first(work, "a");
  std::thread second(work, "b");
  first.join();
  second.join();
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace varve
