// The runner over the real engine and in-memory stores: outcomes, names, schema, bytes.
#include "adapters/local/engine_job_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>

#include "adapters/local/file_hash.h"
#include "etl/parquet/footer_reader.h"
#include "model/names.h"
#include "testing/fake_clock.h"
#include "testing/memory_object_store.h"
#include "testing/memory_schema_ledger.h"

namespace varve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

// Tells when a job has ended, without polling.
class Bell {
 public:
  void Ring() {
    const std::lock_guard lock(mutex_);
    ++rings_;
    rung_.notify_all();
  }
  void Wait(int rings) {
    std::unique_lock lock(mutex_);
    rung_.wait(lock, [&] { return rings_ >= rings; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  int rings_ = 0;
};

class EngineJobRunnerTest : public testing::Test {
 protected:
  EngineJobRunnerTest() {
    std::string name = (fs::temp_directory_path() / "varve_jobs_XXXXXX").string();
    folder_ = mkdtemp(name.data());
    options_.work_directory = folder_ + "/work";
    options_.convert.partition.by = PartitionBy::kFilenameDate;
    options_.convert.threads = 1;
    options_.on_end = [this] { bell_.Ring(); };
    manifest_.pipeline = "p";
    manifest_.batch = "2025-01-17/batch-0001";
    manifest_.created_us = 1'737'105'000'000'000;  // 2025-01-17
    manifest_.output_prefix = "lake/";
  }
  ~EngineJobRunnerTest() override {
    runner_.reset();
    fs::remove_all(folder_);
  }

  void Open() {
    runner_.reset();
    auto runner = EngineJobRunner::Open(options_, &input_, &output_, &ledger_);
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    runner_ = std::move(runner).value();
  }

  void Add(const std::string& key, const std::string& content, const std::string& date) {
    const auto info = input_.Put(key, content, PutCondition::kAlways);
    ASSERT_TRUE(info.ok());
    manifest_.files.push_back({info->ref, content.size(), "none", date});
  }

  JobStatus RunJob(const std::string& name) {
    if (runner_ == nullptr) Open();
    EXPECT_TRUE(runner_->Start(name, manifest_).ok());
    bell_.Wait(++jobs_);
    const auto status = runner_->Describe(name);
    EXPECT_TRUE(status.ok());
    return *status;
  }

  // Of the staged outputs, by final key.
  std::map<std::string, std::string> Contents(const JobResult& result) {
    std::map<std::string, std::string> contents;
    for (const BatchOutput& output : result.outputs) {
      contents[output.final_key] = *output_.Get(output.staged_key, 1 << 20);
    }
    return contents;
  }

  std::string folder_;
  FakeClock clock_;
  MemoryObjectStore input_{"in", clock_};
  MemoryObjectStore output_{"out", clock_};
  MemorySchemaLedger ledger_;
  EngineJobOptions options_;
  Manifest manifest_;
  Bell bell_;
  int jobs_ = 0;
  std::unique_ptr<EngineJobRunner> runner_;
};

TEST_F(EngineJobRunnerTest, StagesOutputsAndAccountsForEachFile) {
  Add("a b+c%20.ndjson", "{\"x\":1}\n\nbad\n", "2025-01-17");
  Add("deep/2030-01-01.ndjson", "{\"x\":2}\n{\"x\":3}\n", "2025-01-18");
  const JobStatus status = RunJob("p/b/job-1-1");
  ASSERT_EQ(status.state, JobState::kSucceeded) << status.error;
  const JobResult& result = status.result;
  ASSERT_EQ(result.outcomes.size(), 2U);
  EXPECT_EQ(result.outcomes[0].ref, manifest_.files[0].ref);
  EXPECT_EQ(result.outcomes[0].accounting, (RowAccounting{3, 1, 1, 1}));
  EXPECT_EQ(result.outcomes[1].accounting, (RowAccounting{2, 2, 0, 0}));
  EXPECT_TRUE(result.missing.empty());
  ASSERT_EQ(result.outputs.size(), 3U);
  const BatchOutput& first = result.outputs[0];
  EXPECT_EQ(first.final_key,
            "lake/year=2025/month=01/day=17/part-00000-2025-01-17-batch-0001.snappy.parquet");
  EXPECT_TRUE(first.staged_key.starts_with(StagingPrefix("p/b/job-1-1"))) << first.staged_key;
  EXPECT_EQ(first.rows, 1U);
  EXPECT_EQ(BatchOfOutputKey(first.final_key), "2025-01-17/batch-0001");
  EXPECT_EQ(result.outputs[1].rows, 2U);
  EXPECT_EQ(result.outputs[2].final_key, "lake/_quarantine/2025-01-17-batch-0001.ndjson");
  EXPECT_TRUE(result.outputs[2].quarantine);
  const auto contents = Contents(result);
  EXPECT_THAT(contents.at(result.outputs[2].final_key), HasSubstr("\"file\":\"a b+c%20.ndjson\""));
  for (const BatchOutput& output : result.outputs) {
    const std::string path = folder_ + "/check";
    std::ofstream(path, std::ios::binary) << contents.at(output.final_key);
    const auto hash = HashFile(path);
    ASSERT_TRUE(hash.ok());
    EXPECT_EQ(hash->xxh3_128, output.hash);
    EXPECT_EQ(hash->size_bytes, output.size_bytes);
  }
  ASSERT_EQ(result.schema.fields.size(), 1U);
  EXPECT_EQ(result.schema.fields[0].name, "x");
}

TEST_F(EngineJobRunnerTest, TheSameManifestGivesTheSameBytes) {
  for (int i = 0; i < 10; ++i) {
    Add("f" + std::to_string(i), "{\"x\":" + std::to_string(i) + ",\"y\":\"z\"}\nbad\n",
        "2025-01-1" + std::to_string(i));
  }
  const auto first = Contents(RunJob("one").result);
  options_.convert.threads = 3;
  Open();
  EXPECT_EQ(first.size(), 11U);
  EXPECT_TRUE(Contents(RunJob("two").result) == first);
  options_.convert.partition.by = PartitionBy::kArrival;
  Open();
  const auto arrival = Contents(RunJob("three").result);
  EXPECT_EQ(arrival.size(), 2U);
  EXPECT_THAT(arrival.begin()->first, HasSubstr("_quarantine"));
  EXPECT_THAT(arrival.rbegin()->first, HasSubstr("year=2025/month=01/day=17/"));
}

TEST_F(EngineJobRunnerTest, MissingAndBadFilesAreLeftOut) {
  Add("gone.ndjson", "{}\n", "2025-01-17");
  Add("good.ndjson", "{\"x\":1}\n", "2025-01-17");
  Add("cut.gz", std::string("\x1f\x8b\x08\0\0\0\0\0\0\3cut", 13), "2025-01-17");
  Add("overwritten.ndjson", "{}\n", "2025-01-17");
  ASSERT_TRUE(input_.Delete("gone.ndjson").ok());
  ASSERT_TRUE(input_.Put("overwritten.ndjson", "{\"new\":1}\n", PutCondition::kAlways).ok());
  const JobStatus status = RunJob("job");
  ASSERT_EQ(status.state, JobState::kSucceeded) << status.error;
  EXPECT_THAT(status.result.missing, ElementsAre(manifest_.files[0].ref, manifest_.files[3].ref));
  EXPECT_THAT(status.result.outcomes[0].error, HasSubstr("gone.ndjson"));
  EXPECT_EQ(status.result.outcomes[1].error, "");
  EXPECT_EQ(status.result.outcomes[1].accounting.rows, 1U);
  EXPECT_THAT(status.result.outcomes[2].error, testing::StartsWith("truncated_gzip: cut.gz: "));
  EXPECT_EQ(status.result.outputs.size(), 1U);
}

TEST_F(EngineJobRunnerTest, NothingLeftIsASuccessWithoutOutputs) {
  Add("cut.gz", std::string("\x1f\x8b\x08\0\0\0\0\0\0\3cut", 13), "2025-01-17");
  const JobStatus status = RunJob("job");
  ASSERT_EQ(status.state, JobState::kSucceeded) << status.error;
  EXPECT_NE(status.result.outcomes[0].error, "");
  EXPECT_TRUE(status.result.outputs.empty());
}

TEST_F(EngineJobRunnerTest, TheLedgersSchemaIsJoined) {
  Add("a", "{\"x\":1}\n", "2025-01-17");
  SchemaVersion version;
  version.version = 1;
  version.schema = RunJob("first").result.schema;
  ASSERT_TRUE(ledger_.Append("p", version).ok());
  manifest_.files.clear();
  manifest_.schema_version = 1;
  Add("b", "{\"y\":\"text\",\"x\":2.5}\n", "2025-01-17");
  options_.convert.source_column = true;
  Open();
  const JobStatus status = RunJob("second");
  ASSERT_EQ(status.state, JobState::kSucceeded) << status.error;
  ASSERT_EQ(status.result.schema.fields.size(), 2U);  // without _source and _line
  EXPECT_EQ(status.result.schema.fields[0].kind, TypeKind::kDouble);
  EXPECT_EQ(status.result.schema.fields[1].name, "y");

  version.version = 2;
  version.pinned = true;
  ASSERT_TRUE(ledger_.Append("p", version).ok());
  manifest_.schema_version = 2;
  const JobStatus pinned = RunJob("pinned");
  ASSERT_EQ(pinned.state, JobState::kSucceeded) << pinned.error;
  EXPECT_EQ(pinned.result.outcomes[0].accounting, (RowAccounting{1, 0, 1, 0}));

  manifest_.schema_version = 9;
  const JobStatus unknown = RunJob("unknown");
  EXPECT_EQ(unknown.state, JobState::kFailed);
  EXPECT_EQ(unknown.code, Code::kNotFound);
}

TEST_F(EngineJobRunnerTest, StartIsIdempotentAndBounded) {
  Add("a", "{}\n", "2025-01-17");
  RunJob("once");
  ASSERT_TRUE(runner_->Start("once", manifest_).ok());
  EXPECT_EQ(runner_->Describe("once")->state, JobState::kSucceeded);
  EXPECT_EQ(runner_->Describe("never").error().code, Code::kNotFound);
  EXPECT_TRUE(runner_->Stop("never").ok());
}

// Holds a job in ReadFile until it is let go.
class GatedStore : public MemoryObjectStore {
 public:
  using MemoryObjectStore::MemoryObjectStore;
  Status ReadFile(const ObjectRef& ref, const std::string& path) override {
    entered.Ring();
    gate.Wait(1);
    return MemoryObjectStore::ReadFile(ref, path);
  }
  Bell entered;
  Bell gate;
};

TEST_F(EngineJobRunnerTest, StopEndsAJobAndMoreThanAllowedAreThrottled) {
  GatedStore gated("in", clock_);
  const auto info = gated.Put("a", "{}\n", PutCondition::kAlways);
  manifest_.files.push_back({info->ref, 3, "none", "2025-01-17"});
  auto runner = EngineJobRunner::Open(options_, &gated, &output_, &ledger_);
  ASSERT_TRUE(runner.ok());
  ASSERT_TRUE((*runner)->Start("a", manifest_).ok());
  gated.entered.Wait(1);
  EXPECT_EQ((*runner)->Start("b", manifest_).error().code, Code::kThrottled);
  EXPECT_TRUE((*runner)->Start("a", manifest_).ok());
  EXPECT_EQ((*runner)->Describe("a")->state, JobState::kRunning);
  ASSERT_TRUE((*runner)->Stop("a").ok());
  gated.gate.Ring();
  bell_.Wait(1);
  const JobStatus status = *(*runner)->Describe("a");
  EXPECT_EQ(status.state, JobState::kFailed);
  EXPECT_EQ(status.code, Code::kCancelled);
  EXPECT_TRUE((*runner)->Start("b", manifest_).ok());
}

TEST_F(EngineJobRunnerTest, WhatAKilledProcessLeftIsRemoved) {
  fs::create_directories(folder_ + "/work/run-dead01/1/out");
  std::ofstream(folder_ + "/work/run-dead01/lock");
  auto living = EngineJobRunner::Open(options_, &input_, &output_, &ledger_);
  ASSERT_TRUE(living.ok());
  EXPECT_FALSE(fs::exists(folder_ + "/work/run-dead01"));
  Open();
  const auto count = std::distance(fs::directory_iterator(folder_ + "/work"), {});
  EXPECT_EQ(count, 2);  // each has its own, and left the other's alone
}

TEST(HashFileTest, IsXxh3) {
  const std::string path = (fs::temp_directory_path() / "varve_hash_test").string();
  std::ofstream(path) << "varve";
  const auto hash = HashFile(path);
  fs::remove(path);
  ASSERT_TRUE(hash.ok());
  EXPECT_EQ(hash->size_bytes, 5U);
  EXPECT_EQ(hash->xxh3_128.size(), 32U);
  EXPECT_EQ(HashFile(path).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace varve
