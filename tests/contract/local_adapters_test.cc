// The contract suites over the adapters of one machine.
#include <cstdlib>
#include <memory>
#include <utility>

#include "adapters/local/directory_object_store.h"
#include "adapters/local/sqlite_database.h"
#include "adapters/local/sqlite_execution_store.h"
#include "adapters/local/sqlite_file_tracker.h"
#include "adapters/local/sqlite_queue.h"
#include "adapters/local/sqlite_schema_ledger.h"
#include "execution_store_contract.h"
#include "file_tracker_contract.h"
#include "object_store_contract.h"
#include "queue_contract.h"
#include "schema_ledger_contract.h"
#include "testing/fake_clock.h"

namespace varve {
namespace {

using Scratch = std::filesystem::path;

std::unique_ptr<SqliteDatabase> OpenDatabase(const Scratch& scratch) {
  auto database = SqliteDatabase::Open((scratch / "varve.db").string());
  if (!database.ok()) std::abort();
  return std::move(database).value();
}

// An adapter that owns its database, as the program's composition root does.
template <typename Adapter>
class Owning : public Adapter {
 public:
  template <typename... Args>
  explicit Owning(std::unique_ptr<SqliteDatabase> database, Args&&... args)
      : Adapter(*database, std::forward<Args>(args)...), database_(std::move(database)) {}

 private:
  std::unique_ptr<SqliteDatabase> database_;
};

template <typename Adapter>
std::unique_ptr<Adapter> Make(const Scratch& scratch) {
  return std::make_unique<Owning<Adapter>>(OpenDatabase(scratch));
}

QueueUnderTest MakeQueue(const Scratch& scratch, uint32_t receives_max) {
  auto clock = std::make_shared<FakeClock>();
  return {
      std::make_unique<Owning<SqliteQueue>>(OpenDatabase(scratch), "events", *clock, receives_max),
      [clock](int64_t us) { clock->Advance(us); }};
}

std::unique_ptr<ObjectStore> MakeStore(const Scratch& scratch) {
  auto store = DirectoryObjectStore::Open("in", scratch.string(), ListedNames::kAll);
  if (!store.ok()) std::abort();
  return std::move(store).value();
}

const auto kName = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Local, ObjectStoreContract,
                         testing::Values(ObjectStoreFactory{"Directory", MakeStore}), kName);
INSTANTIATE_TEST_SUITE_P(Local, QueueContract, testing::Values(QueueFactory{"Sqlite", MakeQueue}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Local, FileTrackerContract,
                         testing::Values(FileTrackerFactory{"Sqlite", Make<SqliteFileTracker>}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Local, SchemaLedgerContract,
                         testing::Values(SchemaLedgerFactory{"Sqlite", Make<SqliteSchemaLedger>}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Local, ExecutionStoreContract,
                         testing::Values(ExecutionStoreFactory{"Sqlite",
                                                               Make<SqliteExecutionStore>}),
                         kName);

}  // namespace
}  // namespace varve
