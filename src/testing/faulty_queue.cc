#include "testing/faulty_queue.h"

namespace varve {

Status FaultyQueue::Send(const std::vector<std::string>& bodies) {
  return plan_.Run("Queue::Send", [&] { return inner_.Send(bodies); });
}

Result<std::vector<Message>> FaultyQueue::Receive(int limit, int64_t visibility_us) {
  return plan_.Run("Queue::Receive", [&] { return inner_.Receive(limit, visibility_us); });
}

Status FaultyQueue::Delete(std::string_view receipt) {
  return plan_.Run("Queue::Delete", [&] { return inner_.Delete(receipt); });
}

Status FaultyQueue::Hide(std::string_view receipt, int64_t visibility_us) {
  return plan_.Run("Queue::Hide", [&] { return inner_.Hide(receipt, visibility_us); });
}

Status FaultyQueue::Bury(std::string_view receipt, std::string_view reason) {
  return plan_.Run("Queue::Bury", [&] { return inner_.Bury(receipt, reason); });
}

Result<QueueDepth> FaultyQueue::Depth() {
  return plan_.Run("Queue::Depth", [&] { return inner_.Depth(); });
}

Result<DeadLetterPage> FaultyQueue::DeadLetters(std::string_view after, int limit) {
  return plan_.Run("Queue::DeadLetters", [&] { return inner_.DeadLetters(after, limit); });
}

Status FaultyQueue::Redrive(std::string_view id) {
  return plan_.Run("Queue::Redrive", [&] { return inner_.Redrive(id); });
}

}  // namespace varve
