// The contract suites over the in-memory adapters.
#include <memory>

#include "execution_store_contract.h"
#include "file_tracker_contract.h"
#include "object_store_contract.h"
#include "queue_contract.h"
#include "schema_ledger_contract.h"
#include "testing/fake_clock.h"
#include "testing/memory_execution_store.h"
#include "testing/memory_file_tracker.h"
#include "testing/memory_object_store.h"
#include "testing/memory_queue.h"
#include "testing/memory_schema_ledger.h"

namespace varve {
namespace {

QueueUnderTest MakeQueue(uint32_t receives_max) {
  auto clock = std::make_shared<FakeClock>();
  return {std::make_unique<MemoryQueue>(*clock, receives_max),
          [clock](int64_t us) { clock->Advance(us); }};
}

const auto kName = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Memory, ObjectStoreContract,
                         testing::Values(ObjectStoreFactory{
                             "Memory",
                             [](const auto&) {
                               return std::make_unique<MemoryObjectStore>("in", SystemClock());
                             }}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Memory, QueueContract,
                         testing::Values(QueueFactory{"Memory",
                                                      [](const auto&, uint32_t receives_max) {
                                                        return MakeQueue(receives_max);
                                                      }}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Memory, FileTrackerContract,
                         testing::Values(FileTrackerFactory{
                             "Memory",
                             [](const auto&) { return std::make_unique<MemoryFileTracker>(); }}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Memory, SchemaLedgerContract,
                         testing::Values(SchemaLedgerFactory{
                             "Memory",
                             [](const auto&) { return std::make_unique<MemorySchemaLedger>(); }}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Memory, ExecutionStoreContract,
                         testing::Values(ExecutionStoreFactory{
                             "Memory",
                             [](const auto&) { return std::make_unique<MemoryExecutionStore>(); }}),
                         kName);

}  // namespace
}  // namespace varve
