// SqliteQueue: one named queue with its dead letters in varve.db.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/local/sqlite_database.h"
#include "base/clock.h"
#include "ports/queue.h"

namespace varve {

// Thread-safe. `database` and `clock` must outlive it.
class SqliteQueue : public Queue {
 public:
  SqliteQueue(SqliteDatabase& database, std::string name, const Clock& clock, uint32_t receives_max)
      : database_(database), name_(std::move(name)), clock_(clock), receives_max_(receives_max) {}

  Status Send(const std::vector<std::string>& bodies) override;
  Result<std::vector<Message>> Receive(int limit, int64_t visibility_us) override;
  Status Delete(std::string_view receipt) override;
  Status DeleteAll(const std::vector<std::string>& receipts) override;
  Status Hide(std::string_view receipt, int64_t visibility_us) override;
  Status Bury(std::string_view receipt, std::string_view reason) override;
  Result<QueueDepth> Depth() override;
  Result<DeadLetterPage> DeadLetters(std::string_view after, int limit) override;
  Status Redrive(std::string_view id) override;

 private:
  Result<bool> AnyVisible(int64_t now_us);
  Status Kill(SqliteConnection& connection, int64_t id, std::string_view reason);

  SqliteDatabase& database_;
  const std::string name_;
  const Clock& clock_;
  const uint32_t receives_max_;
};

}  // namespace varve
