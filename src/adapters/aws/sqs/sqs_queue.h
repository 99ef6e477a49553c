// SqsQueue: a queue of Amazon SQS with the dead letter queue behind it.
//
// Where SQS promises less than the port, this is what callers get:
// - Times are whole seconds, rounded up.
// - A dead letter that SQS made by itself, after too many receives, has no reason.
// - SQS lists nothing: DeadLetters receives what there is, up to `limit`, and puts it back; one
// that
//   somebody else looks at in that moment is missing from the page, and there is no next one.
// - Depth counts are approximate, and do not know how old the oldest message is.
// A buried or redriven message is another one to SQS; the id of the first is kept in an attribute.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/aws/core/json_service.h"
#include "ports/queue.h"

namespace varve::aws {

// Thread-safe.
class SqsQueue : public Queue {
 public:
  // `client` must outlive it. The queues' addresses are also where they answer; without a dead
  // letter queue (empty) there is no burying.
  SqsQueue(AwsClient& client, const std::string& endpoint, std::string queue_url,
           std::string dead_letter_url);

  Status Send(const std::vector<std::string>& bodies) override;
  Result<std::vector<Message>> Receive(int limit, int64_t visibility_us) override;
  Status Delete(std::string_view receipt) override;
  Status DeleteAll(const std::vector<std::string>& receipts) override;
  Status Hide(std::string_view receipt, int64_t visibility_us) override;
  Status Bury(std::string_view receipt, std::string_view reason) override;
  Result<QueueDepth> Depth() override;
  Result<DeadLetterPage> DeadLetters(std::string_view after, int limit) override;
  Status Redrive(std::string_view id) override;
  Result<uint64_t> RedriveAll() override;

  // A delivery that Lambda received in place of Receive: Bury must know its body.
  void Remember(const Message& message);

 private:
  struct Letter {
    DeadLetter letter;
    std::string receipt;
  };

  Result<nlohmann::json> ReceiveFrom(const std::string& url, int limit, int64_t visibility_s);
  Status SendOne(const std::string& url, std::string_view body, nlohmann::json attributes);
  Status Hide(const std::string& url, std::string_view receipt, int64_t visibility_us);
  Status DeleteFrom(const std::string& url, std::string_view receipt);
  Result<std::vector<Letter>> TakeLetters(size_t limit);
  void PutBack(const std::vector<Letter>& letters);
  Status SendAgain(const Letter& letter);
  Status NeedDeadLetterQueue() const;

  JsonService service_;
  const std::string url_;
  const std::string dead_url_;
  std::mutex mutex_;
  std::map<std::string, Message, std::less<>> deliveries_;  // by receipt
};

// The messages of a ReceiveMessage answer, or of the event that Lambda gets for SQS, whose members
// begin with a small letter.
Message ParseMessage(const nlohmann::json& node);

}  // namespace varve::aws
