#include "adapters/aws/sqs/sqs_queue.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/clock.h"

namespace varve::aws {
namespace {

using nlohmann::json;

constexpr size_t kBatchMax = 10;
constexpr size_t kDeliveriesMax = 10'000;  // remembered; those before are past their timeout
constexpr int64_t kLookSeconds = 30;       // for which a look at dead letters hides them
constexpr const char* kIdAttribute = "varve-id";
constexpr const char* kReasonAttribute = "varve-reason";
constexpr const char* kReceivesAttribute = "varve-receives";
constexpr const char* kSentAttribute = "varve-sent-ms";
constexpr size_t kReasonBytesMax = 1024;

int64_t Seconds(int64_t us) { return (us + kMicrosPerSecond - 1) / kMicrosPerSecond; }

// "MessageId" of an answer, "messageId" of an event.
std::string Text(const json& node, std::string name) {
  if (std::string text = TextOf(node, name); !text.empty()) return text;
  name[0] = static_cast<char>(name[0] | 0x20);
  return TextOf(node, name);
}

const json& Child(const json& node, const char* name, const char* small) {
  static const json kNone = json::object();
  auto found = node.find(name);
  if (found == node.end()) found = node.find(small);
  return found != node.end() && found->is_object() ? *found : kNone;
}

std::string AttributeText(const json& node, const char* name) {
  const json& attributes = Child(node, "MessageAttributes", "messageAttributes");
  const auto found = attributes.find(name);
  return found == attributes.end() ? "" : Text(*found, "StringValue");
}

int64_t Number(const std::string& text) {
  return text.empty() ? 0 : static_cast<int64_t>(std::strtoll(text.c_str(), nullptr, 10));
}

json TextAttribute(std::string_view value) {
  return {{"DataType", "String"}, {"StringValue", value}};
}

bool IsStaleReceipt(const AwsFailure& failure) {
  const std::string_view code = failure.code;
  return code.find("ReceiptHandle") != code.npos || code.find("NotInflight") != code.npos ||
         code == "InvalidParameterValue" || code == "InvalidParameterValueException";
}

// A request of several entries succeeds although some of them failed.
Status FirstFailure(const json& answer, std::string_view what) {
  const auto failed = answer.find("Failed");
  if (failed == answer.end() || !failed->is_array() || failed->empty()) return Ok{};
  AwsFailure failure;
  failure.status = failed->front().value("SenderFault", false) ? 400 : 500;
  failure.code = Text(failed->front(), "Code");
  failure.message = Text(failed->front(), "Message");
  return ToError(failure, what);
}

}  // namespace

Message ParseMessage(const json& node) {
  Message message;
  const json& system = Child(node, "Attributes", "attributes");
  const std::string first_id = AttributeText(node, kIdAttribute);
  message.id = first_id.empty() ? Text(node, "MessageId") : first_id;
  message.receipt = Text(node, "ReceiptHandle");
  message.body = Text(node, "Body");
  message.receive_count =
      static_cast<uint32_t>(Number(system.value("ApproximateReceiveCount", "1")));
  message.sent_us = Number(system.value("SentTimestamp", "0")) * 1000;
  return message;
}

SqsQueue::SqsQueue(AwsClient& client, const std::string& endpoint, std::string queue_url,
                   std::string dead_letter_url)
    : service_(client, kSqs, endpoint),
      url_(std::move(queue_url)),
      dead_url_(std::move(dead_letter_url)) {}

Status SqsQueue::NeedDeadLetterQueue() const {
  if (!dead_url_.empty()) return Ok{};
  return Error{Code::kInvalidArgument,
               "no dead letter queue is configured; set VARVE_DEAD_LETTER_QUEUE_URL"};
}

Status SqsQueue::Send(const std::vector<std::string>& bodies) {
  for (size_t begin = 0; begin < bodies.size(); begin += kBatchMax) {
    json entries = json::array();
    const size_t end = std::min(bodies.size(), begin + kBatchMax);
    for (size_t i = begin; i < end; ++i) {
      entries.push_back({{"Id", std::to_string(i)}, {"MessageBody", bodies[i]}});
    }
    VARVE_ASSIGN_OR_RETURN(
        const json answer,
        service_.Call("SendMessageBatch", {{"QueueUrl", url_}, {"Entries", std::move(entries)}},
                      "send to the queue"));
    VARVE_RETURN_IF_ERROR(FirstFailure(answer, "send to the queue"));
  }
  return Ok{};
}

Result<json> SqsQueue::ReceiveFrom(const std::string& url, int limit, int64_t visibility_s) {
  VARVE_ASSIGN_OR_RETURN(json answer,
                         service_.Call("ReceiveMessage",
                                       {{"QueueUrl", url},
                                        {"MaxNumberOfMessages", limit},
                                        {"VisibilityTimeout", visibility_s},
                                        {"WaitTimeSeconds", 0},
                                        {"AttributeNames", json::array({"All"})},
                                        {"MessageAttributeNames", json::array({"All"})}},
                                       "receive from the queue"));
  const auto messages = answer.find("Messages");
  return messages == answer.end() || !messages->is_array() ? json::array() : *messages;
}

Result<std::vector<Message>> SqsQueue::Receive(int limit, int64_t visibility_us) {
  VARVE_ASSIGN_OR_RETURN(const json nodes, ReceiveFrom(url_, limit, Seconds(visibility_us)));
  std::vector<Message> messages;
  for (const json& node : nodes) {
    messages.push_back(ParseMessage(node));
    Remember(messages.back());
  }
  return messages;
}

void SqsQueue::Remember(const Message& message) {
  const std::lock_guard lock(mutex_);
  if (deliveries_.size() >= kDeliveriesMax) deliveries_.clear();
  deliveries_.insert_or_assign(message.receipt, message);
}

Status SqsQueue::DeleteFrom(const std::string& url, std::string_view receipt) {
  VARVE_ASSIGN_OR_RETURN(
      const JsonReply reply,
      service_.Send("DeleteMessage", {{"QueueUrl", url}, {"ReceiptHandle", receipt}}));
  if (!reply.failure || IsStaleReceipt(*reply.failure)) return Ok{};
  return ToError(*reply.failure, "delete from the queue");
}

Status SqsQueue::Delete(std::string_view receipt) { return DeleteFrom(url_, receipt); }

Status SqsQueue::DeleteAll(const std::vector<std::string>& receipts) {
  for (size_t begin = 0; begin < receipts.size(); begin += kBatchMax) {
    json entries = json::array();
    const size_t end = std::min(receipts.size(), begin + kBatchMax);
    for (size_t i = begin; i < end; ++i) {
      entries.push_back({{"Id", std::to_string(i)}, {"ReceiptHandle", receipts[i]}});
    }
    // Entries that fail are stale receipts, or come again.
    VARVE_ASSIGN_OR_RETURN(
        [[maybe_unused]] const json answer,
        service_.Call("DeleteMessageBatch", {{"QueueUrl", url_}, {"Entries", std::move(entries)}},
                      "delete from the queue"));
  }
  return Ok{};
}

Status SqsQueue::Hide(const std::string& url, std::string_view receipt, int64_t visibility_us) {
  VARVE_ASSIGN_OR_RETURN(
      const JsonReply reply,
      service_.Send("ChangeMessageVisibility", {{"QueueUrl", url},
                                                {"ReceiptHandle", receipt},
                                                {"VisibilityTimeout", Seconds(visibility_us)}}));
  if (!reply.failure) return Ok{};
  if (IsStaleReceipt(*reply.failure)) {
    return Error{Code::kNotFound, "the delivery has timed out"};
  }
  return ToError(*reply.failure, "hide a message of the queue");
}

Status SqsQueue::Hide(std::string_view receipt, int64_t visibility_us) {
  return Hide(url_, receipt, visibility_us);
}

Status SqsQueue::SendOne(const std::string& url, std::string_view body, json attributes) {
  VARVE_ASSIGN_OR_RETURN(
      [[maybe_unused]] const json answer,
      service_.Call(
          "SendMessage",
          {{"QueueUrl", url}, {"MessageBody", body}, {"MessageAttributes", std::move(attributes)}},
          "send to the queue"));
  return Ok{};
}

Status SqsQueue::Bury(std::string_view receipt, std::string_view reason) {
  VARVE_RETURN_IF_ERROR(NeedDeadLetterQueue());
  Message message;
  {
    const std::lock_guard lock(mutex_);
    const auto found = deliveries_.find(receipt);
    if (found == deliveries_.end()) {
      return Error{Code::kNotFound, "this process has not received that message"};
    }
    message = found->second;
  }
  // Still ours? And hidden long enough to be moved.
  VARVE_RETURN_IF_ERROR(Hide(url_, receipt, kLookSeconds * kMicrosPerSecond));
  VARVE_RETURN_IF_ERROR(
      SendOne(dead_url_, message.body,
              {{kIdAttribute, TextAttribute(message.id)},
               {kReasonAttribute, TextAttribute(reason.substr(0, kReasonBytesMax))},
               {kReceivesAttribute, TextAttribute(std::to_string(message.receive_count))},
               {kSentAttribute, TextAttribute(std::to_string(message.sent_us / 1000))}}));
  return Delete(receipt);
}

Result<QueueDepth> SqsQueue::Depth() {
  constexpr const char* kVisible = "ApproximateNumberOfMessages";
  constexpr const char* kInFlight = "ApproximateNumberOfMessagesNotVisible";
  const auto look = [&](const std::string& url) -> Result<QueueDepth> {
    VARVE_ASSIGN_OR_RETURN(
        const json answer,
        service_.Call("GetQueueAttributes",
                      {{"QueueUrl", url}, {"AttributeNames", json::array({kVisible, kInFlight})}},
                      "look at the queue"));
    const json& counts = Child(answer, "Attributes", "attributes");
    QueueDepth depth;
    depth.visible = static_cast<uint64_t>(Number(Text(counts, kVisible)));
    depth.in_flight = static_cast<uint64_t>(Number(Text(counts, kInFlight)));
    return depth;
  };
  VARVE_ASSIGN_OR_RETURN(QueueDepth depth, look(url_));
  if (dead_url_.empty()) return depth;
  VARVE_ASSIGN_OR_RETURN(const QueueDepth dead, look(dead_url_));
  depth.dead = dead.visible;
  return depth;
}

Result<std::vector<SqsQueue::Letter>> SqsQueue::TakeLetters(size_t limit) {
  std::vector<Letter> letters;
  // A short look may find none although there are some.
  for (int empty = 0; empty < 2 && letters.size() < limit;) {
    const size_t wanted = std::min(kBatchMax, limit - letters.size());
    VARVE_ASSIGN_OR_RETURN(const json nodes,
                           ReceiveFrom(dead_url_, static_cast<int>(wanted), kLookSeconds));
    empty = nodes.empty() ? empty + 1 : 0;
    for (const json& node : nodes) {
      const Message message = ParseMessage(node);
      Letter letter;
      letter.receipt = message.receipt;
      letter.letter = {message.id,
                       message.body,
                       AttributeText(node, kReasonAttribute),
                       message.receive_count,
                       message.sent_us,
                       message.sent_us};
      if (const std::string sent = AttributeText(node, kSentAttribute); !sent.empty()) {
        letter.letter.sent_us = Number(sent) * 1000;
        letter.letter.receive_count =
            static_cast<uint32_t>(Number(AttributeText(node, kReceivesAttribute)));
      }
      letters.push_back(std::move(letter));
    }
  }
  return letters;
}

void SqsQueue::PutBack(const std::vector<Letter>& letters) {
  for (const Letter& letter : letters) {
    // Else it is back after kLookSeconds.
    static_cast<void>(Hide(dead_url_, letter.receipt, 0));
  }
}

Result<DeadLetterPage> SqsQueue::DeadLetters(std::string_view, int limit) {
  VARVE_RETURN_IF_ERROR(NeedDeadLetterQueue());
  VARVE_ASSIGN_OR_RETURN(const std::vector<Letter> letters,
                         TakeLetters(static_cast<size_t>(limit)));
  PutBack(letters);
  DeadLetterPage page;
  for (const Letter& letter : letters) page.letters.push_back(letter.letter);
  std::sort(page.letters.begin(), page.letters.end(), [](const auto& a, const auto& b) {
    return std::tie(a.died_us, a.id) < std::tie(b.died_us, b.id);
  });
  return page;
}

Status SqsQueue::SendAgain(const Letter& letter) {
  VARVE_RETURN_IF_ERROR(
      SendOne(url_, letter.letter.body, {{kIdAttribute, TextAttribute(letter.letter.id)}}));
  return DeleteFrom(dead_url_, letter.receipt);
}

Result<uint64_t> SqsQueue::RedriveAll() {
  VARVE_RETURN_IF_ERROR(NeedDeadLetterQueue());
  std::set<std::string> redriven;
  while (true) {
    VARVE_ASSIGN_OR_RETURN(const std::vector<Letter> letters, TakeLetters(kBatchMax));
    for (const Letter& letter : letters) {
      // One that died again meanwhile was not there when this began.
      if (!redriven.insert(letter.letter.id).second) return redriven.size();
      VARVE_RETURN_IF_ERROR(SendAgain(letter));
    }
    if (letters.empty()) return redriven.size();
  }
}

Status SqsQueue::Redrive(std::string_view id) {
  VARVE_RETURN_IF_ERROR(NeedDeadLetterQueue());
  VARVE_ASSIGN_OR_RETURN(std::vector<Letter> letters, TakeLetters(SIZE_MAX));
  const auto found = std::find_if(letters.begin(), letters.end(),
                                  [id](const Letter& letter) { return letter.letter.id == id; });
  Status redriven = Error{Code::kNotFound, "no dead letter has the id " + std::string(id)};
  if (found != letters.end()) {
    redriven = SendAgain(*found);
    if (redriven.ok()) letters.erase(found);
  }
  PutBack(letters);
  return redriven;
}

}  // namespace varve::aws
