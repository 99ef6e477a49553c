#include "adapters/local/sqlite_queue.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace varve {
namespace {

// A receipt is "<message>-<receive count>": the count makes it that of one delivery.
struct Delivery {
  int64_t id = 0;
  int64_t receive_count = 0;
};

int64_t Number(std::string_view text) {
  int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() ? number : 0;
}

Delivery ParseReceipt(std::string_view receipt) {
  const size_t dash = receipt.find('-');
  if (dash == std::string_view::npos) return {};
  return {Number(receipt.substr(0, dash)), Number(receipt.substr(dash + 1))};
}

Message MessageOf(const SqliteRow& row) {
  Message message;
  message.id = std::to_string(row.Int(0));
  message.receive_count = static_cast<uint32_t>(row.Int(1));
  message.sent_us = row.Int(2);
  message.body = row.Text(3);
  return message;
}

Error TimedOut() { return Error{Code::kNotFound, "that delivery of the message has timed out"}; }

constexpr const char* kVisible =
    "SELECT id, receive_count, sent_us, body FROM messages INDEXED BY messages_visible "
    "WHERE queue = ? AND visible_us <= ? ORDER BY visible_us, id LIMIT ?";
constexpr const char* kDelivered =
    "SELECT id FROM messages WHERE id = ? AND queue = ? AND receive_count = ? AND visible_us > ?";

}  // namespace

Status SqliteQueue::Send(const std::vector<std::string>& bodies) {
  if (bodies.empty()) return Ok{};
  const int64_t now_us = clock_.NowUs();
  return database_.Write(Durability::kProcess, [&](SqliteConnection& connection) -> Status {
    for (const std::string& body : bodies) {
      // visible_us 0, not now: the clock may be set back.
      VARVE_RETURN_IF_ERROR(
          connection.Run("INSERT INTO messages (queue, body, receive_count, sent_us, visible_us) "
                         "VALUES (?, ?, 0, ?, 0)",
                         name_, body, now_us));
    }
    return Ok{};
  });
}

Result<bool> SqliteQueue::AnyVisible(int64_t now_us) {
  return database_.Read([&](SqliteConnection& connection) -> Result<bool> {
    VARVE_ASSIGN_OR_RETURN(const auto first, connection.One(kVisible, MessageOf, name_, now_us, 1));
    return first.has_value();
  });
}

Result<std::vector<Message>> SqliteQueue::Receive(int limit, int64_t visibility_us) {
  const int64_t now_us = clock_.NowUs();
  // An idle consumer asks all the time: it must not take the write lock for nothing.
  VARVE_ASSIGN_OR_RETURN(const bool any, AnyVisible(now_us));
  if (!any) return std::vector<Message>{};
  using Messages = std::vector<Message>;
  return database_.Write(
      Durability::kProcess, [&](SqliteConnection& connection) -> Result<Messages> {
        VARVE_ASSIGN_OR_RETURN(Messages found, connection.All(kVisible, MessageOf, name_, now_us,
                                                              std::clamp(limit, 1, 10)));
        Messages messages;
        for (Message& message : found) {
          const int64_t id = Number(message.id);
          if (message.receive_count >= receives_max_) {
            VARVE_RETURN_IF_ERROR(Kill(
                connection, id,
                "received " + std::to_string(message.receive_count) + " times, never deleted"));
            continue;
          }
          message.receive_count += 1;
          message.receipt = message.id + "-" + std::to_string(message.receive_count);
          VARVE_RETURN_IF_ERROR(
              connection.Run("UPDATE messages SET receive_count = ?, visible_us = ? WHERE id = ?",
                             message.receive_count, now_us + visibility_us, id));
          messages.push_back(std::move(message));
        }
        return messages;
      });
}

Status SqliteQueue::Delete(std::string_view receipt) { return DeleteAll({std::string(receipt)}); }

Status SqliteQueue::DeleteAll(const std::vector<std::string>& receipts) {
  if (receipts.empty()) return Ok{};
  const int64_t now_us = clock_.NowUs();
  return database_.Write(Durability::kProcess, [&](SqliteConnection& connection) -> Status {
    for (const std::string& receipt : receipts) {
      const Delivery delivery = ParseReceipt(receipt);
      VARVE_RETURN_IF_ERROR(
          connection.Run("DELETE FROM messages "
                         "WHERE id = ? AND queue = ? AND receive_count = ? AND visible_us > ?",
                         delivery.id, name_, delivery.receive_count, now_us));
    }
    return Ok{};
  });
}

Status SqliteQueue::Hide(std::string_view receipt, int64_t visibility_us) {
  const Delivery delivery = ParseReceipt(receipt);
  const int64_t now_us = clock_.NowUs();
  return database_.Write(Durability::kProcess, [&](SqliteConnection& connection) -> Status {
    VARVE_RETURN_IF_ERROR(
        connection.Run("UPDATE messages SET visible_us = ? "
                       "WHERE id = ? AND queue = ? AND receive_count = ? AND visible_us > ?",
                       now_us + visibility_us, delivery.id, name_, delivery.receive_count, now_us));
    if (connection.Changes() == 0) return TimedOut();
    return Ok{};
  });
}

Status SqliteQueue::Kill(SqliteConnection& connection, int64_t id, std::string_view reason) {
  VARVE_RETURN_IF_ERROR(connection.Run(
      "INSERT INTO dead_letters (queue, id, body, reason, receive_count, sent_us, died_us) "
      "SELECT queue, id, body, ?, receive_count, sent_us, ? FROM messages WHERE id = ?",
      reason, clock_.NowUs(), id));
  return connection.Run("DELETE FROM messages WHERE id = ?", id);
}

Status SqliteQueue::Bury(std::string_view receipt, std::string_view reason) {
  const Delivery delivery = ParseReceipt(receipt);
  const int64_t now_us = clock_.NowUs();
  return database_.Write(Durability::kProcess, [&](SqliteConnection& connection) -> Status {
    const auto id = [](const SqliteRow& row) { return row.Int(0); };
    VARVE_ASSIGN_OR_RETURN(const auto found, connection.One(kDelivered, id, delivery.id, name_,
                                                            delivery.receive_count, now_us));
    if (!found.has_value()) return TimedOut();
    return Kill(connection, *found, reason);
  });
}

Result<QueueDepth> SqliteQueue::Depth() {
  const int64_t now_us = clock_.NowUs();
  return database_.Read([&](SqliteConnection& connection) -> Result<QueueDepth> {
    const auto pair = [](const SqliteRow& row) {
      return std::pair(row.Unsigned(0), row.Unsigned(1));
    };
    const auto number = [](const SqliteRow& row) { return row.Int(0); };
    VARVE_ASSIGN_OR_RETURN(
        const auto counts,
        connection.One("SELECT messages, dead FROM queue_counts WHERE queue = ?", pair, name_));
    VARVE_ASSIGN_OR_RETURN(
        const auto hidden,
        connection.One("SELECT count(*) FROM messages INDEXED BY messages_visible "
                       "WHERE queue = ? AND visible_us > ?",
                       number, name_, now_us));
    // In order of age until the first visible one: hidden ones are few.
    VARVE_ASSIGN_OR_RETURN(
        const auto oldest,
        connection.One("SELECT sent_us FROM messages INDEXED BY messages_sent "
                       "WHERE queue = ? AND visible_us <= ? ORDER BY sent_us LIMIT 1",
                       number, name_, now_us));
    QueueDepth depth;
    depth.in_flight = static_cast<uint64_t>(hidden.value_or(0));
    depth.oldest_sent_us = oldest.value_or(0);
    if (counts.has_value()) {
      depth.visible = counts->first - std::min(counts->first, depth.in_flight);
      depth.dead = counts->second;
    }
    return depth;
  });
}

Result<DeadLetterPage> SqliteQueue::DeadLetters(std::string_view after, int limit) {
  using Numbered = std::pair<int64_t, DeadLetter>;
  const auto map = [](const SqliteRow& row) {
    return Numbered(row.Int(0), {std::to_string(row.Int(1)), row.Text(2), row.Text(3),
                                 static_cast<uint32_t>(row.Int(4)), row.Int(5), row.Int(6)});
  };
  const int wanted = std::max(limit, 1);
  return database_.Read([&](SqliteConnection& connection) -> Result<DeadLetterPage> {
    VARVE_ASSIGN_OR_RETURN(
        std::vector<Numbered> found,
        connection.All("SELECT number, id, body, reason, receive_count, sent_us, died_us "
                       "FROM dead_letters WHERE queue = ? AND number > ? ORDER BY number LIMIT ?",
                       map, name_, Number(after), int64_t{wanted} + 1));
    DeadLetterPage page;
    if (found.size() > static_cast<size_t>(wanted)) {
      found.pop_back();
      page.next = std::to_string(found.back().first);
    }
    for (Numbered& letter : found) page.letters.push_back(std::move(letter.second));
    return page;
  });
}

Status SqliteQueue::Redrive(std::string_view id) {
  return database_.Write(Durability::kProcess, [&](SqliteConnection& connection) -> Status {
    VARVE_RETURN_IF_ERROR(connection.Run(
        "INSERT INTO messages (id, queue, body, receive_count, sent_us, visible_us) "
        "SELECT id, queue, body, 0, sent_us, 0 FROM dead_letters WHERE id = ? AND queue = ?",
        Number(id), name_));
    if (connection.Changes() == 0) {
      return Error{Code::kNotFound, "no dead letter " + std::string(id)};
    }
    return connection.Run("DELETE FROM dead_letters WHERE id = ?", Number(id));
  });
}

}  // namespace varve
