// Queue: messages, delivered at least once, in any order; SQS semantics with its dead letter queue.
//
// A received message is hidden until its visibility timeout; deleted, it is gone; otherwise it
// comes again with a higher receive count. A message received more than `receives_max` times, or
// one that a consumer gives up on, becomes a dead letter with a reason. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace varve {

struct Message {
  std::string id;       // stays the same over deliveries and redrives
  std::string receipt;  // of this delivery: what Delete, Hide and Bury take
  std::string body;
  uint32_t receive_count = 0;  // this delivery included
  int64_t sent_us = 0;
};

struct DeadLetter {
  std::string id;
  std::string body;
  std::string reason;
  uint32_t receive_count = 0;
  int64_t sent_us = 0;
  int64_t died_us = 0;
};

struct DeadLetterPage {
  std::vector<DeadLetter> letters;  // oldest first
  std::string next;                 // `after` of the next page; empty: this was the last
};

struct QueueDepth {
  uint64_t visible = 0;
  uint64_t in_flight = 0;
  uint64_t dead = 0;
  int64_t oldest_sent_us = 0;  // of visible messages; 0: none
};

class Queue {
 public:
  virtual ~Queue() = default;

  // Not idempotent: a repeated Send is another message. Consumers must not care.
  virtual Status Send(const std::vector<std::string>& bodies) = 0;
  // At most `limit` (<= 10) messages, maybe none; never waits.
  virtual Result<std::vector<Message>> Receive(int limit, int64_t visibility_us) = 0;
  // Idempotent. A receipt whose delivery has timed out deletes nothing and is no error.
  virtual Status Delete(std::string_view receipt) = 0;
  // As Delete for each. Not atomic: after an error some may be deleted.
  virtual Status DeleteAll(const std::vector<std::string>& receipts) {
    for (const std::string& receipt : receipts) VARVE_RETURN_IF_ERROR(Delete(receipt));
    return Ok{};
  }
  // Hides the message for `visibility_us` from now (0: visible at once). kNotFound: timed out.
  virtual Status Hide(std::string_view receipt, int64_t visibility_us) = 0;
  // Makes the message a dead letter. kNotFound when the delivery has timed out.
  virtual Status Bury(std::string_view receipt, std::string_view reason) = 0;

  virtual Result<QueueDepth> Depth() = 0;

  virtual Result<DeadLetterPage> DeadLetters(std::string_view after, int limit) = 0;
  // Puts a dead letter back into the queue, its receive count at zero. kNotFound.
  virtual Status Redrive(std::string_view id) = 0;
  // As Redrive for each that is there when it begins, where that costs less than one at a time.
  // Gives how many are back in the queue; after an error some may be.
  virtual Result<uint64_t> RedriveAll() {
    std::vector<DeadLetter> letters;
    std::string after;
    do {
      VARVE_ASSIGN_OR_RETURN(DeadLetterPage page, DeadLetters(after, 200));
      letters.insert(letters.end(), page.letters.begin(), page.letters.end());
      after = std::move(page.next);
    } while (!after.empty());
    uint64_t redriven = 0;
    for (const DeadLetter& letter : letters) {
      const Status status = Redrive(letter.id);
      // Somebody else was faster.
      if (!status.ok() && status.error().code != Code::kNotFound) return status.error();
      redriven += status.ok() ? 1 : 0;
    }
    return redriven;
  }
};

}  // namespace varve
