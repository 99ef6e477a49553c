// FaultyQueue: a Queue some of whose calls fail, as a FaultPlan says.
#pragma once

#include "ports/queue.h"
#include "testing/fault_plan.h"

namespace varve {

// As thread-safe as `inner`, which must outlive it, as must `plan`.
class FaultyQueue : public Queue {
 public:
  FaultyQueue(Queue& inner, FaultPlan& plan) : inner_(inner), plan_(plan) {}

  Status Send(const std::vector<std::string>& bodies) override;
  Result<std::vector<Message>> Receive(int limit, int64_t visibility_us) override;
  Status Delete(std::string_view receipt) override;
  Status Hide(std::string_view receipt, int64_t visibility_us) override;
  Status Bury(std::string_view receipt, std::string_view reason) override;
  Result<QueueDepth> Depth() override;
  Result<DeadLetterPage> DeadLetters(std::string_view after, int limit) override;
  Status Redrive(std::string_view id) override;

 private:
  Queue& inner_;
  FaultPlan& plan_;
};

}  // namespace varve
