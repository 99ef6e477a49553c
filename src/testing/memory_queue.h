// MemoryQueue: a Queue that lasts as long as the process. Only Depth and Redrive look at all
// messages.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "ports/queue.h"
#include "testing/due_order.h"

namespace varve {

// Thread-safe. `clock` must outlive it.
class MemoryQueue : public Queue {
 public:
  MemoryQueue(const Clock& clock, uint32_t receives_max)
      : clock_(clock), receives_max_(receives_max) {}

  Status Send(const std::vector<std::string>& bodies) override;
  Result<std::vector<Message>> Receive(int limit, int64_t visibility_us) override;
  Status Delete(std::string_view receipt) override;
  Status Hide(std::string_view receipt, int64_t visibility_us) override;
  Status Bury(std::string_view receipt, std::string_view reason) override;
  Result<QueueDepth> Depth() override;
  Result<DeadLetterPage> DeadLetters(std::string_view after, int limit) override;
  Status Redrive(std::string_view id) override;

 private:
  struct Item {
    std::string body;
    uint32_t receive_count = 0;
    int64_t sent_us = 0;
    int64_t visible_us = 0;  // hidden before
    uint64_t delivery = 0;   // of the whole queue; what a receipt names
  };
  using Items = std::map<uint64_t, Item>;

  // The message whose current delivery `receipt` names, or the end.
  Items::iterator Delivered(std::string_view receipt);
  void Add(uint64_t id, Item item);
  void HideUntil(Items::iterator item, int64_t visible_us);
  void Remove(Items::iterator item);
  void Kill(Items::iterator item, std::string_view reason);

  const Clock& clock_;
  const uint32_t receives_max_;
  std::mutex mutex_;
  uint64_t ids_ = 0;
  uint64_t deliveries_ = 0;
  uint64_t deaths_ = 0;
  Items items_;
  DueOrder visible_;                                  // items by their id
  std::unordered_map<uint64_t, uint64_t> delivered_;  // the last delivery of an item -> its id
  std::map<uint64_t, DeadLetter> dead_;               // by order of death
};

}  // namespace varve
