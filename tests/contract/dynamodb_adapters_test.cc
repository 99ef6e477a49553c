// The contract suites over DynamoDB's adapters, and what only they can show. Needs a server that
// speaks DynamoDB's protocol, at the address in VARVE_TEST_DYNAMODB; without it nothing is tested.
#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <utility>

#include "adapters/aws/dynamodb/batch_item.h"
#include "adapters/aws/dynamodb/dynamo_execution_store.h"
#include "adapters/aws/dynamodb/dynamo_file_tracker.h"
#include "adapters/aws/dynamodb/dynamo_schema_ledger.h"
#include "adapters/aws/dynamodb/table.h"
#include "execution_store_contract.h"
#include "file_tracker_contract.h"
#include "object_store_contract.h"
#include "queue_contract.h"
#include "schema_ledger_contract.h"
#include "scratch.h"

namespace varve {

// DynamoDB is neither.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ObjectStoreContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(QueueContract);

namespace {

class AnyCredentials : public aws::CredentialsProvider {
 public:
  Result<aws::Credentials> Get() override { return aws::Credentials{"ID", "secret", "", 0}; }
  void Forget(const aws::Credentials&) override {}
};

const char* Address() { return std::getenv("VARVE_TEST_DYNAMODB"); }

class NeedsServer : public testing::Environment {
  void SetUp() override {
    if (Address() == nullptr) GTEST_SKIP() << "VARVE_TEST_DYNAMODB names no server";
  }
};
const auto* const kNeedsServer = testing::AddGlobalTestEnvironment(new NeedsServer);

// A table of its own for each test, and the way to it.
class TestTable {
 public:
  TestTable() {
    const Status made = aws::EnsureTable(service_, name_);
    EXPECT_TRUE(made.ok()) << made.error().message;
  }
  ~TestTable() { EXPECT_TRUE(service_.Call("DeleteTable", {{"TableName", name_}}, "delete").ok()); }

  aws::DynamoTable& table() { return table_; }

 private:
  static std::string NewName() {
    static std::atomic<int> tables = 0;
    return "varve-test-" + std::to_string(std::random_device()()) + "-" + std::to_string(++tables);
  }

  const std::string name_ = NewName();
  HttpClient http_;
  AnyCredentials credentials_;
  aws::AwsClient client_{http_, credentials_, SystemClock(), SystemRandom(), {}};
  aws::JsonService service_{client_, aws::kDynamoDb, Address()};
  aws::DynamoTable table_{service_, {.table = name_, .attempts_max = 10, .sleep = nullptr}};
};

// An adapter that owns its table, as the program's composition root does.
template <typename Adapter>
class Owning : public Adapter {
 public:
  explicit Owning(std::unique_ptr<TestTable> table)
      : Adapter(table->table()), table_(std::move(table)) {}

 private:
  std::unique_ptr<TestTable> table_;
};

template <typename Adapter>
std::unique_ptr<Adapter> Make(const std::filesystem::path&) {
  return std::make_unique<Owning<Adapter>>(std::make_unique<TestTable>());
}

const auto kName = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Aws, FileTrackerContract,
                         testing::Values(FileTrackerFactory{"Dynamo",
                                                            Make<aws::DynamoFileTracker>}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Aws, SchemaLedgerContract,
                         testing::Values(SchemaLedgerFactory{"Dynamo",
                                                             Make<aws::DynamoSchemaLedger>}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Aws, ExecutionStoreContract,
                         testing::Values(ExecutionStoreFactory{"Dynamo",
                                                               Make<aws::DynamoExecutionStore>}),
                         kName);

class DynamoTest : public testing::Test {
 protected:
  static constexpr int64_t kNow = 1'737'072'000'000'000;

  static FileRecord File(const std::string& key, const std::string& version = "v1",
                         const std::string& sequencer = "1") {
    FileRecord file;
    file.pipeline = "events";
    file.object.ref = {"in", key, version};
    file.object.size_bytes = 100;
    file.sequencer = sequencer;
    file.first_seen_us = kNow;
    return file;
  }
  std::vector<ObjectRef> Add(int count) {
    std::vector<FileRecord> files;
    std::vector<ObjectRef> refs;
    for (int i = 0; i < count; ++i) {
      files.push_back(File("file-" + std::to_string(i)));
      refs.push_back(files.back().object.ref);
    }
    const auto registered = tracker_.RegisterFirst(files, "event");
    EXPECT_TRUE(registered.ok()) << registered.error().message;
    return refs;
  }
  ClaimRequest Request(std::vector<ObjectRef> files, const std::string& owner) {
    return {"events", "2025-01-17", std::move(files), owner, kNow, kNow + 60'000'000};
  }

  TestTable table_;
  aws::DynamoFileTracker tracker_{table_.table()};
};

// Fifty who want ten files each, and pick them from what is pending.
TEST_F(DynamoTest, FiftyClaimersOfFiveHundredFilesShareThem) {
  Add(500);
  std::mutex mutex;
  std::vector<BatchRecord> batches;
  InThreads(50, [&](int claimer) {
    for (size_t turn = 0;; ++turn) {
      const auto pending = tracker_.Pending("events", kNow, 500);
      ASSERT_TRUE(pending.ok()) << pending.error().message;
      if (pending->empty()) return;
      const size_t groups = (pending->size() + 9) / 10;
      const size_t first = (static_cast<size_t>(claimer) + turn) % groups * 10;
      std::vector<ObjectRef> wanted;
      for (size_t i = first; i < std::min(first + 10, pending->size()); ++i) {
        wanted.push_back(pending->at(i).object.ref);
      }
      const auto batch = tracker_.Claim(Request(wanted, "owner-" + std::to_string(claimer)));
      if (!batch.ok()) {
        ASSERT_THAT(batch.error().code, testing::AnyOf(Code::kConflict, Code::kThrottled))
            << batch.error().message;
        continue;
      }
      const std::lock_guard lock(mutex);
      batches.push_back(*batch);
    }
  });
  std::set<ObjectRef> claimed;
  std::set<std::string> ids;
  size_t total = 0;
  for (const BatchRecord& batch : batches) {
    claimed.insert(batch.files.begin(), batch.files.end());
    ids.insert(batch.id);
    total += batch.files.size();
  }
  EXPECT_EQ(claimed.size(), 500u);
  EXPECT_EQ(total, 500u);
  EXPECT_EQ(ids.size(), batches.size());
  EXPECT_EQ(FilesIn(*tracker_.Stats("events"), FileState::kClaimed), 500u);
}

// Each of two versions that come at the same time would be the newest, if neither saw the other.
TEST_F(DynamoTest, OfVersionsThatComeTogetherOneIsTheNewest) {
  for (int round = 0; round < 10; ++round) {
    const std::string key = "key-" + std::to_string(round);
    InThreads(4, [&](int i) {
      const std::string number = std::to_string(i);
      const auto registered = tracker_.Register(File(key, "v" + number, number), "event");
      EXPECT_TRUE(registered.ok()) << registered.error().message;
    });
    const auto versions = tracker_.Versions("events", key);
    ASSERT_EQ(versions->size(), 4u);
    for (const FileRecord& file : *versions) {
      EXPECT_EQ(file.state == FileState::kPending, file.sequencer == "3");
    }
  }
  const auto stats = tracker_.Stats("events");
  EXPECT_EQ(FilesIn(*stats, FileState::kPending), 10u);
  EXPECT_EQ(FilesIn(*stats, FileState::kSuperseded), 30u);
}

TEST_F(DynamoTest, ThousandsOfOutputsAreKept) {
  const std::vector<ObjectRef> files = Add(1);
  std::vector<BatchOutput> outputs;
  for (int i = 0; i < 5000; ++i) {
    BatchOutput output;
    output.staged_key = "_varve/staging/events/job-1-1/part-" + std::to_string(i);
    output.final_key = std::string(100, 'd') + "/part-\xC3\xA4-" + std::to_string(i);
    output.rows = static_cast<uint64_t>(i);
    output.hash = std::string(32, 'f');
    output.quarantine = i == 4999;
    outputs.push_back(output);
  }
  ASSERT_GT(aws::OutputsText(outputs).size(), 2 * aws::kOutputChunkBytes);
  auto batch = tracker_.Begin(*tracker_.Claim(Request(files, "o")), kNow);
  ASSERT_TRUE(batch.ok()) << batch.error().message;
  const auto publishing = tracker_.RecordOutputs(*batch, outputs, kNow);
  ASSERT_TRUE(publishing.ok()) << publishing.error().message;
  EXPECT_EQ(*tracker_.RecordOutputs(*batch, outputs, kNow + 9), *publishing);
  EXPECT_EQ(tracker_.GetBatch("events", batch->id)->outputs, outputs);
  ASSERT_TRUE(tracker_.Complete(*publishing, {{files[0], {1, 1, 0, 0}, ""}}, 1, kNow, kNow).ok());

  const auto reopened = tracker_.Reopen("events", batch->id, "o", "", kNow, kNow + 1);
  ASSERT_TRUE(reopened.ok()) << reopened.error().message;
  EXPECT_EQ(reopened->previous, outputs);
  EXPECT_EQ(*tracker_.GetBatch("events", batch->id), *reopened);
  const auto failed = tracker_.Fail(*reopened, "no", {}, 1, kNow, kNow);
  ASSERT_TRUE(failed.ok()) << failed.error().message;
  EXPECT_EQ(tracker_.GetBatch("events", batch->id)->outputs, outputs);
  BatchFilter filter;
  filter.quarantined = true;
  EXPECT_EQ(tracker_.Batches("events", filter, "", 10)->batches.size(), 1u);
}

TEST_F(DynamoTest, LongErrorsAndHistoriesStayWithinAnItem) {
  const std::vector<ObjectRef> files = Add(1);
  const std::string error(20'000, 'e');
  for (int i = 0; i < 30; ++i) {
    const auto batch = tracker_.Claim(Request(files, "o"));
    ASSERT_TRUE(batch.ok()) << batch.error().message;
    ASSERT_TRUE(tracker_.Fail(*batch, error, {}, 100, kNow, kNow).ok());
    EXPECT_TRUE(tracker_.Fail(*batch, error, {}, 100, kNow, kNow).ok());
  }
  const auto history = tracker_.History("events", files[0]);
  ASSERT_TRUE(history.ok());
  EXPECT_EQ(history->front().detail, "event");
  EXPECT_GT(history->size(), 10u);
  EXPECT_LT(history->size(), 61u);
}

TEST_F(DynamoTest, WrongPagesAreRefused) {
  for (const char* after : {"x", "[9999,{}]", "{}", "[0,1]"}) {
    EXPECT_EQ(tracker_.Files("events", {}, after, 1).error().code, Code::kInvalidArgument);
    EXPECT_EQ(tracker_.Batches("events", {}, after, 1).error().code, Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace varve
