// The database itself: who may open it, how errors look, and what survives whom.
#include "adapters/local/sqlite_database.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "adapters/local/sqlite_file_tracker.h"
#include "adapters/local/sqlite_queue.h"
#include "testing/fake_clock.h"

namespace varve {
namespace {

FileRecord File(int number) {
  FileRecord file;
  file.pipeline = "events";
  file.object.ref = {"in", "file-" + std::to_string(number), "v1"};
  file.object.size_bytes = 10;
  file.sequencer = "1";
  file.first_seen_us = 1'000'000 + number;
  return file;
}

class SqliteDatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "varve-db-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = (folder_ / "varve.db").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<SqliteDatabase> Open() {
    auto database = SqliteDatabase::Open(path_);
    EXPECT_TRUE(database.ok()) << database.error().message;
    return std::move(database).value();
  }

  // Runs `body` in a process of its own.
  template <typename Body>
  pid_t Fork(Body body) {
    const pid_t child = fork();
    if (child == 0) _exit(body() ? 0 : 1);
    return child;
  }
  static int Wait(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(SqliteDatabaseTest, WhatWasCommittedIsThereAgain) {
  {
    auto database = Open();
    EXPECT_TRUE(SqliteFileTracker(*database).Register(File(1), "event").ok());
  }
  auto database = Open();
  EXPECT_TRUE(SqliteFileTracker(*database).Get("events", File(1).object.ref).ok());
}

TEST_F(SqliteDatabaseTest, AFailedTransactionChangesNothing) {
  auto database = Open();
  const Status failed =
      database->Write(Durability::kProcess, [](SqliteConnection& connection) -> Status {
        VARVE_RETURN_IF_ERROR(connection.Run("INSERT INTO batch_days VALUES ('p', 'd', 7)"));
        return Error{Code::kConflict, "no"};
      });
  EXPECT_EQ(failed.error().code, Code::kConflict);
  const auto days = database->Read([](SqliteConnection& connection) {
    return connection.One("SELECT count(*) FROM batch_days",
                          [](const SqliteRow& row) { return row.Int(0); });
  });
  EXPECT_EQ(*days, 0);
}

TEST_F(SqliteDatabaseTest, AnotherProgramsDatabaseIsRefused) {
  {
    auto connection = SqliteConnection::Open(path_).value();
    ASSERT_TRUE(connection->Script("CREATE TABLE theirs (x)").ok());
  }
  EXPECT_EQ(SqliteDatabase::Open(path_).error().code, Code::kInvalidArgument);
  auto connection = SqliteConnection::Open(path_).value();
  EXPECT_TRUE(connection->Script("SELECT * FROM theirs").ok());
  EXPECT_FALSE(connection->Script("SELECT * FROM files").ok());
}

TEST_F(SqliteDatabaseTest, ANewerVarvesDatabaseIsRefused) {
  Open();
  {
    auto connection = SqliteConnection::Open(path_).value();
    ASSERT_TRUE(connection->Script("PRAGMA user_version = 99").ok());
  }
  const auto opened = SqliteDatabase::Open(path_);
  EXPECT_EQ(opened.error().code, Code::kInvalidArgument);
  EXPECT_NE(opened.error().message.find("99"), std::string::npos);
}

TEST_F(SqliteDatabaseTest, WhatIsNoDatabaseIsCorrupt) {
  std::ofstream(path_) << std::string(8192, 'x');
  EXPECT_EQ(SqliteDatabase::Open(path_).error().code, Code::kCorrupt);
}

TEST_F(SqliteDatabaseTest, AMissingFolderIsNamed) {
  const auto opened = SqliteDatabase::Open((folder_ / "none/varve.db").string());
  EXPECT_EQ(opened.error().code, Code::kIo);
  EXPECT_NE(opened.error().message.find("none/varve.db"), std::string::npos);
}

TEST_F(SqliteDatabaseTest, ALockedDatabaseIsThrottled) {
  auto database = Open();
  auto one = SqliteConnection::Open(path_).value();
  auto two = SqliteConnection::Open(path_).value();
  ASSERT_TRUE(two->Script("PRAGMA busy_timeout = 0").ok());
  ASSERT_TRUE(one->Run("BEGIN IMMEDIATE").ok());
  const Status locked = two->Run("BEGIN IMMEDIATE");
  EXPECT_EQ(locked.error().code, Code::kThrottled);
  EXPECT_TRUE(IsRetryable(locked.error().code));
  EXPECT_TRUE(SqliteFileTracker(*database).Stats("events").ok());  // readers do not wait
}

TEST_F(SqliteDatabaseTest, AFullDiskSaysSoAndMayBeTriedAgain) {
  Open();
  auto connection = SqliteConnection::Open(path_).value();
  ASSERT_TRUE(connection->Script("PRAGMA max_page_count = 1").ok());  // of what it is now
  const std::string body(1 << 20, 'x');
  const Status full = connection->Run("INSERT INTO messages VALUES (NULL, 'q', ?, 0, 0, 0)", body);
  EXPECT_EQ(full.error().code, Code::kIo);
  EXPECT_NE(full.error().message.find("full"), std::string::npos) << full.error().message;
  ASSERT_TRUE(connection->Script("PRAGMA max_page_count = 1000000").ok());
  EXPECT_TRUE(connection->Run("INSERT INTO messages VALUES (NULL, 'q', ?, 0, 0, 0)", body).ok());
}

TEST_F(SqliteDatabaseTest, QueuesOfOneDatabaseAreKeptApart) {
  auto database = Open();
  FakeClock clock;
  SqliteQueue one(*database, "one", clock, 3);
  SqliteQueue two(*database, "two", clock, 3);
  ASSERT_TRUE(one.Send({"m"}).ok());
  EXPECT_TRUE(two.Receive(10, 1000)->empty());
  const auto messages = one.Receive(10, 1000);
  ASSERT_EQ(messages->size(), 1u);
  EXPECT_EQ(two.Bury(messages->at(0).receipt, "not mine").error().code, Code::kNotFound);
  ASSERT_TRUE(one.Bury(messages->at(0).receipt, "mine").ok());
  EXPECT_EQ(two.Redrive(messages->at(0).id).error().code, Code::kNotFound);
  EXPECT_EQ(two.Depth()->dead, 0u);
  EXPECT_EQ(one.Depth()->dead, 1u);
}

TEST_F(SqliteDatabaseTest, SeveralProcessesMakeAndUseIt) {
  constexpr int kProcesses = 4;
  constexpr int kFiles = 100;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(Fork([&] {
      auto database = SqliteDatabase::Open(path_);
      if (!database.ok()) {
        std::fprintf(stderr, "%s\n", database.error().message.c_str());
        return false;
      }
      SqliteFileTracker tracker(**database);
      for (int i = 0; i < kFiles; ++i) {
        const FileRecord file = File(process * kFiles + i);
        if (!tracker.Register(file, "event").ok()) return false;
        if (!tracker.Claim({"events", "2025-01-17", {file.object.ref}, "o", 1, 2}).ok()) {
          return false;
        }
      }
      return true;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(Wait(child), 0);
  auto database = Open();
  SqliteFileTracker tracker(*database);
  EXPECT_EQ(tracker.Stats("events")->states.at(0).files, size_t{kProcesses * kFiles});
  EXPECT_TRUE(tracker.GetBatch("events", "2025-01-17/batch-0400").ok());
}

// A process is killed while it writes; what it had been told was committed is there.
TEST_F(SqliteDatabaseTest, AKilledProcessLosesNothingCommitted) {
  for (int round = 0; round < 3; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = Fork([&] {
      auto database = SqliteDatabase::Open(path_);
      if (!database.ok()) return false;
      SqliteFileTracker tracker(**database);
      for (int i = round * 1'000'000;; ++i) {
        if (!tracker.Register(File(i), "event").ok()) return false;
        if (write(pipe_ends[1], &i, sizeof i) != sizeof i) return false;
      }
    });
    close(pipe_ends[1]);
    int last = -1;
    for (int told = 0; told < 200 + 37 * round; ++told) {
      ASSERT_EQ(read(pipe_ends[0], &last, sizeof last), ssize_t{sizeof last});
    }
    kill(child, SIGKILL);
    int more = 0;
    while (read(pipe_ends[0], &more, sizeof more) == ssize_t{sizeof more}) last = more;
    close(pipe_ends[0]);
    Wait(child);

    auto database = Open();
    SqliteFileTracker tracker(*database);
    for (int i = round * 1'000'000; i <= last; ++i) {
      ASSERT_TRUE(tracker.Get("events", File(i).object.ref).ok()) << i;
      ASSERT_EQ(tracker.History("events", File(i).object.ref)->size(), 1u);
    }
    const auto checked = database->Read([](SqliteConnection& connection) {
      return connection.One("PRAGMA integrity_check",
                            [](const SqliteRow& row) { return row.Text(0); });
    });
    EXPECT_EQ(*checked, "ok");
  }
}

// Whatever happened, counters kept by triggers are what counting would give.
TEST_F(SqliteDatabaseTest, CountersAgreeWithTheRows) {
  auto database = Open();
  SqliteFileTracker tracker(*database);
  std::vector<ObjectRef> refs;
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(tracker.Register(File(i), "").ok());
    refs.push_back(File(i).object.ref);
  }
  const auto claim = [&](int from, int to) {
    return *tracker.Claim(
        {"events", "2025-01-17", {refs.begin() + from, refs.begin() + to}, "o", 1, 2});
  };
  const auto batch = tracker.Begin(claim(0, 10), 2);
  const auto recorded = tracker.RecordOutputs(*batch, {}, 3);
  std::vector<FileOutcome> outcomes;
  for (int i = 0; i < 10; ++i) {
    const bool bad = i == 3;
    outcomes.push_back({refs[static_cast<size_t>(i)],
                        bad ? RowAccounting{} : RowAccounting{5, 4, 1, 0}, bad ? "bad" : ""});
  }
  ASSERT_TRUE(tracker.Complete(*recorded, outcomes, 3, 10, 4).ok());
  ASSERT_TRUE(tracker.Fail(claim(10, 15), "boom", {refs[12]}, 1, 10, 4).ok());
  ASSERT_TRUE(tracker.Retry("events", refs[11], "", 5).ok());
  const auto differences = database->Read([](SqliteConnection& connection) {
    return connection.One(
        "SELECT count(*) FROM (SELECT pipeline, state, count(*), sum(size_bytes), sum(lines), "
        "sum(rows), sum(quarantined), sum(blank) FROM files GROUP BY pipeline, state EXCEPT "
        "SELECT * FROM file_counts)",
        [](const SqliteRow& row) { return row.Int(0); });
  });
  EXPECT_EQ(*differences, 0);
  EXPECT_EQ(tracker.Stats("events")->totals, (RowAccounting{45, 36, 9, 0}));
}

}  // namespace
}  // namespace varve
