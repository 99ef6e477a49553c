#include "adapters/local/directory_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace varve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DirectoryWatcherTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "varve-watch-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    std::filesystem::create_directories(root_ / "sub");
    auto watcher = DirectoryWatcher::Open(root_.string());
    ASSERT_TRUE(watcher.ok()) << watcher.error().message;
    watcher_ = std::move(watcher).value();
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& key) { std::ofstream(root_ / key) << "{}\n"; }
  DirectoryChanges Read() {
    auto changes = watcher_->Read();
    EXPECT_TRUE(changes.ok());
    return *changes;
  }

  std::filesystem::path root_;
  std::unique_ptr<DirectoryWatcher> watcher_;
};

TEST_F(DirectoryWatcherTest, TellsOfFilesThatAreClosedOrRenamed) {
  EXPECT_THAT(Read().keys, IsEmpty());
  Write("b.ndjson");
  Write("sub/a b+c%20\n.ndjson");
  Write("c.tmp");
  std::filesystem::rename(root_ / "c.tmp", root_ / "c.ndjson");
  EXPECT_THAT(Read().keys, ElementsAre("b.ndjson", "c.ndjson", "sub/a b+c%20\n.ndjson"));
  EXPECT_THAT(Read().keys, IsEmpty());
}

TEST_F(DirectoryWatcherTest, AFileThatIsStillOpenIsNotFinished) {
  std::ofstream file(root_ / "a.ndjson");
  file << "{}" << std::flush;
  EXPECT_THAT(Read().keys, IsEmpty());
  file.close();
  EXPECT_THAT(Read().keys, ElementsAre("a.ndjson"));
}

TEST_F(DirectoryWatcherTest, TemporaryNamesAreNotTold) {
  for (const char* name : {".a", "_a", "a.tmp", "a.part", "a.crdownload"}) Write(name);
  std::filesystem::create_directories(root_ / "_staging");
  Write("_staging/a.ndjson");
  EXPECT_THAT(Read().keys, IsEmpty());
}

TEST_F(DirectoryWatcherTest, NewFoldersAreToldAndWatched) {
  std::filesystem::create_directories(root_ / "2025/01");
  const DirectoryChanges changes = Read();
  EXPECT_THAT(changes.folders, testing::Contains("2025/"));
  Write("2025/01/a.ndjson");
  EXPECT_THAT(Read().keys, ElementsAre("2025/01/a.ndjson"));
}

TEST_F(DirectoryWatcherTest, ARenamedFolderHasItsNewName) {
  std::filesystem::create_directories(root_ / "sub/inner");
  Read();
  std::filesystem::rename(root_ / "sub", root_ / "other");
  EXPECT_THAT(Read().folders, ElementsAre("other/"));
  Write("other/inner/a.ndjson");
  EXPECT_THAT(Read().keys, ElementsAre("other/inner/a.ndjson"));
}

TEST_F(DirectoryWatcherTest, AFolderMovedAwayIsForgotten) {
  const std::filesystem::path elsewhere = root_.string() + "-elsewhere";
  std::filesystem::rename(root_ / "sub", elsewhere);
  Read();
  std::ofstream(elsewhere / "a.ndjson") << "{}";
  EXPECT_THAT(Read().keys, IsEmpty());
  std::filesystem::remove_all(elsewhere);
}

TEST_F(DirectoryWatcherTest, AFolderBehindASymbolicLinkIsNotWatched) {
  const std::filesystem::path elsewhere = root_.string() + "-elsewhere";
  std::filesystem::create_directories(elsewhere);
  std::filesystem::create_directory_symlink(elsewhere, root_ / "link");
  Read();
  std::ofstream(elsewhere / "a.ndjson") << "{}";
  EXPECT_THAT(Read().keys, IsEmpty());
  std::filesystem::remove_all(elsewhere);
}

TEST_F(DirectoryWatcherTest, AnOverflowIsTold) {
  int queued_max = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queued_max;
  if (queued_max <= 0 || queued_max > 100'000) GTEST_SKIP() << "the queue is too long to fill";
  // Two names by turns, since the system merges equal events in a row.
  for (int i = 0; i < queued_max; ++i)
    std::ofstream(root_ / (i % 2 == 0 ? "a" : "b"), std::ios::app);
  EXPECT_TRUE(Read().lost);
  Write("c");
  EXPECT_THAT(Read().keys, ElementsAre("c"));
}

TEST(DirectoryWatcher, NeedsItsFolder) {
  EXPECT_EQ(DirectoryWatcher::Open("/nonexistent/folder").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace varve
