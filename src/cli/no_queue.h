// NoQueue: the queue of a pipeline that is told of no events, since it lists its input.
#pragma once

#include <string>
#include <vector>

#include "ports/queue.h"

namespace varve::cli {

class NoQueue : public Queue {
 public:
  Status Send(const std::vector<std::string>&) override { return None(); }
  Result<std::vector<Message>> Receive(int, int64_t) override { return std::vector<Message>(); }
  Status Delete(std::string_view) override { return None(); }
  Status Hide(std::string_view, int64_t) override { return None(); }
  Status Bury(std::string_view, std::string_view) override { return None(); }
  Result<QueueDepth> Depth() override { return QueueDepth(); }
  Result<DeadLetterPage> DeadLetters(std::string_view, int) override { return None(); }
  Status Redrive(std::string_view) override { return None(); }

 private:
  static Error None() {
    return {Code::kInvalidArgument,
            "this pipeline has no queue: it lists its input each scan-interval; queue-url gives it "
            "one"};
  }
};

}  // namespace varve::cli
