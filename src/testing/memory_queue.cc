#include "testing/memory_queue.h"

#include <algorithm>
#include <charconv>

namespace varve {
namespace {

uint64_t Number(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Error TimedOut() { return Error{Code::kNotFound, "that delivery of the message has timed out"}; }

}  // namespace

Status MemoryQueue::Send(const std::vector<std::string>& bodies) {
  const std::lock_guard lock(mutex_);
  const int64_t now_us = clock_.NowUs();
  for (const std::string& body : bodies) items_[++ids_] = Item{body, 0, now_us, 0, 0};
  return Ok{};
}

Result<std::vector<Message>> MemoryQueue::Receive(int limit, int64_t visibility_us) {
  const std::lock_guard lock(mutex_);
  const int64_t now_us = clock_.NowUs();
  const auto wanted = static_cast<size_t>(std::clamp(limit, 1, 10));
  std::vector<Message> messages;
  for (auto at = items_.begin(); at != items_.end() && messages.size() < wanted;) {
    Item& item = at->second;
    if (item.visible_us > now_us) {
      ++at;
    } else if (item.receive_count >= receives_max_) {
      at = Kill(at, "received " + std::to_string(item.receive_count) + " times, never deleted");
    } else {
      item.receive_count += 1;
      item.visible_us = now_us + visibility_us;
      item.delivery = ++deliveries_;
      messages.push_back({std::to_string(at->first), std::to_string(item.delivery), item.body,
                          item.receive_count, item.sent_us});
      ++at;
    }
  }
  return messages;
}

MemoryQueue::Items::iterator MemoryQueue::Delivered(std::string_view receipt) {
  const uint64_t delivery = Number(receipt);
  return std::find_if(items_.begin(), items_.end(), [&](const auto& entry) {
    return entry.second.delivery == delivery && delivery != 0 &&
           entry.second.visible_us > clock_.NowUs();
  });
}

MemoryQueue::Items::iterator MemoryQueue::Kill(Items::iterator item, std::string_view reason) {
  dead_[++deaths_] = {std::to_string(item->first), item->second.body,    std::string(reason),
                      item->second.receive_count,  item->second.sent_us, clock_.NowUs()};
  return items_.erase(item);
}

Status MemoryQueue::Delete(std::string_view receipt) {
  const std::lock_guard lock(mutex_);
  const auto item = Delivered(receipt);
  if (item != items_.end()) items_.erase(item);
  return Ok{};
}

Status MemoryQueue::Hide(std::string_view receipt, int64_t visibility_us) {
  const std::lock_guard lock(mutex_);
  const auto item = Delivered(receipt);
  if (item == items_.end()) return TimedOut();
  item->second.visible_us = clock_.NowUs() + visibility_us;
  return Ok{};
}

Status MemoryQueue::Bury(std::string_view receipt, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  const auto item = Delivered(receipt);
  if (item == items_.end()) return TimedOut();
  Kill(item, reason);
  return Ok{};
}

Result<QueueDepth> MemoryQueue::Depth() {
  const std::lock_guard lock(mutex_);
  const int64_t now_us = clock_.NowUs();
  QueueDepth depth;
  depth.dead = dead_.size();
  for (const auto& [id, item] : items_) {
    if (item.visible_us > now_us) {
      depth.in_flight += 1;
      continue;
    }
    depth.visible += 1;
    if (depth.oldest_sent_us == 0) depth.oldest_sent_us = item.sent_us;
    depth.oldest_sent_us = std::min(depth.oldest_sent_us, item.sent_us);
  }
  return depth;
}

Result<DeadLetterPage> MemoryQueue::DeadLetters(std::string_view after, int limit) {
  const std::lock_guard lock(mutex_);
  DeadLetterPage page;
  uint64_t last = 0;
  for (auto at = dead_.upper_bound(Number(after)); at != dead_.end(); ++at) {
    if (page.letters.size() == static_cast<size_t>(std::max(limit, 1))) {
      page.next = std::to_string(last);
      break;
    }
    page.letters.push_back(at->second);
    last = at->first;
  }
  return page;
}

Status MemoryQueue::Redrive(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto letter = std::find_if(dead_.begin(), dead_.end(),
                                   [&](const auto& entry) { return entry.second.id == id; });
  if (letter == dead_.end()) return Error{Code::kNotFound, "no dead letter " + std::string(id)};
  items_[Number(id)] = Item{letter->second.body, 0, letter->second.sent_us, 0, 0};
  dead_.erase(letter);
  return Ok{};
}

}  // namespace varve
