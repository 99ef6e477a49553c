#include "adapters/local/directory_event_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "adapters/local/directory_object_store.h"
#include "testing/fake_clock.h"
#include "testing/fault_plan.h"
#include "testing/faulty_queue.h"
#include "testing/memory_queue.h"

namespace varve {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

class DirectoryEventSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "varve-source-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    store_ = DirectoryObjectStore::Open("in", root_.string(), ListedNames::kFinished).value();
    watcher_ = DirectoryWatcher::Open(root_.string()).value();
    source_ = std::make_unique<DirectoryEventSource>(
        *watcher_, *store_, faulty_, clock_, EventSourceSettings{},
        [this](const ObjectRef& ref) { return Result<bool>(known_.contains(ref.key)); },
        [](const ObjectInfo& object) { return object.ref.key; });
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  // Written an hour ago, or as if just now.
  void Write(const std::string& key, bool old = false) {
    std::filesystem::create_directories((root_ / key).parent_path());
    std::ofstream(root_ / key) << "{}\n";
    if (old) {
      std::filesystem::last_write_time(
          root_ / key, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    }
  }

  // What is in the queue after polling until there is nothing to do at once.
  std::vector<std::string> Events() {
    for (int i = 0; i < 100; ++i) {
      const auto next = source_->Poll();
      EXPECT_TRUE(next.ok()) << next.error().message;
      if (!next.ok() || *next > clock_.NowUs()) break;
    }
    std::vector<std::string> bodies;
    while (true) {
      const auto messages = queue_.Receive(10, 1);
      if (messages->empty()) return bodies;
      for (const Message& message : *messages) {
        bodies.push_back(message.body);
        EXPECT_TRUE(queue_.Delete(message.receipt).ok());
      }
    }
  }

  std::filesystem::path root_;
  FakeClock clock_{SystemClock().NowUs()};
  MemoryQueue queue_{clock_, 3};
  FaultPlan plan_;
  FaultyQueue faulty_{queue_, plan_};
  std::set<std::string> known_;
  std::unique_ptr<DirectoryObjectStore> store_;
  std::unique_ptr<DirectoryWatcher> watcher_;
  std::unique_ptr<DirectoryEventSource> source_;
};

TEST_F(DirectoryEventSourceTest, TellsOfWhatIsThereAndWhatComes) {
  Write("old/a.ndjson", true);
  EXPECT_THAT(Events(), UnorderedElementsAre("old/a.ndjson"));
  Write("b.ndjson");
  EXPECT_THAT(Events(), UnorderedElementsAre("b.ndjson"));
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(DirectoryEventSourceTest, AScanTellsNoKnownFile) {
  Write("new/a.ndjson", true);
  Write("new/b.ndjson", true);
  known_ = {"new/a.ndjson"};
  EXPECT_THAT(Events(), UnorderedElementsAre("new/b.ndjson"));
}

TEST_F(DirectoryEventSourceTest, AScannedFileMayStillBeBeingWritten) {
  Write("new/folder/young.ndjson");
  EXPECT_THAT(Events(), IsEmpty());
  EXPECT_FALSE(source_->Idle());
  clock_.Advance(2 * EventSourceSettings{}.settle_us);
  EXPECT_THAT(Events(), UnorderedElementsAre("new/folder/young.ndjson"));
  EXPECT_TRUE(source_->Idle());
}

TEST_F(DirectoryEventSourceTest, ScansOnSchedule) {
  Write("a.ndjson", true);
  Events();
  EXPECT_THAT(Events(), IsEmpty());
  clock_.Advance(EventSourceSettings{}.scan_every_us);
  EXPECT_THAT(Events(), UnorderedElementsAre("a.ndjson"));
}

TEST_F(DirectoryEventSourceTest, AClockSetBackStopsNoScan) {
  Write("a.ndjson", true);
  Events();
  clock_.Advance(-kMicrosPerDay);
  EXPECT_THAT(Events(), UnorderedElementsAre("a.ndjson"));
}

TEST_F(DirectoryEventSourceTest, ManyFilesInSeveralPages) {
  for (int i = 0; i < 2500; ++i) Write("sub/" + std::to_string(i) + ".ndjson", true);
  EXPECT_THAT(Events(), testing::SizeIs(2500));
}

TEST_F(DirectoryEventSourceTest, NothingIsLostWhenTheQueueFails) {
  Events();
  Write("a.ndjson");
  plan_.FailCall(plan_.Calls() + 1, {Code::kThrottled, false});
  EXPECT_EQ(source_->Poll().error().code, Code::kThrottled);
  EXPECT_THAT(Events(), UnorderedElementsAre("a.ndjson"));
}

TEST_F(DirectoryEventSourceTest, FilesThatAreGoneAndLinksAreNotTold) {
  Events();
  Write("a.ndjson");
  std::filesystem::remove(root_ / "a.ndjson");
  std::filesystem::create_symlink("/etc/passwd", root_ / "link.ndjson");
  EXPECT_THAT(Events(), IsEmpty());
  source_->ScanNow();
  EXPECT_THAT(Events(), IsEmpty());
}

}  // namespace
}  // namespace varve
