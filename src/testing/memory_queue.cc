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

void MemoryQueue::Add(uint64_t id, Item item) {
  visible_.Add({0, id}, item.visible_us);
  items_[id] = std::move(item);
}

void MemoryQueue::HideUntil(Items::iterator item, int64_t visible_us) {
  visible_.Remove({0, item->first}, item->second.visible_us);
  item->second.visible_us = visible_us;
  visible_.Add({0, item->first}, visible_us);
}

void MemoryQueue::Remove(Items::iterator item) {
  visible_.Remove({0, item->first}, item->second.visible_us);
  delivered_.erase(item->second.delivery);
  items_.erase(item);
}

Status MemoryQueue::Send(const std::vector<std::string>& bodies) {
  const std::lock_guard lock(mutex_);
  const int64_t now_us = clock_.NowUs();
  for (const std::string& body : bodies) Add(++ids_, Item{body, 0, now_us, 0, 0});
  return Ok{};
}

Result<std::vector<Message>> MemoryQueue::Receive(int limit, int64_t visibility_us) {
  const std::lock_guard lock(mutex_);
  const int64_t now_us = clock_.NowUs();
  const auto wanted = static_cast<size_t>(std::clamp(limit, 1, 10));
  std::vector<Items::iterator> dying;
  std::vector<Items::iterator> found;
  visible_.ForEachDue(now_us, [&](const DueOrder::Rank& rank) {
    const auto item = items_.find(rank.second);
    const bool dies = item->second.receive_count >= receives_max_;
    (dies ? dying : found).push_back(item);
    return found.size() < wanted;
  });
  for (const auto& item : dying) {
    Kill(item, "received " + std::to_string(item->second.receive_count) + " times, never deleted");
  }
  std::vector<Message> messages;
  for (const auto& at : found) {
    Item& item = at->second;
    item.receive_count += 1;
    HideUntil(at, now_us + visibility_us);
    delivered_.erase(item.delivery);
    item.delivery = ++deliveries_;
    delivered_[item.delivery] = at->first;
    messages.push_back({std::to_string(at->first), std::to_string(item.delivery), item.body,
                        item.receive_count, item.sent_us});
  }
  return messages;
}

MemoryQueue::Items::iterator MemoryQueue::Delivered(std::string_view receipt) {
  const auto delivery = delivered_.find(Number(receipt));
  if (delivery == delivered_.end()) return items_.end();
  const auto item = items_.find(delivery->second);
  return item->second.visible_us > clock_.NowUs() ? item : items_.end();
}

void MemoryQueue::Kill(Items::iterator item, std::string_view reason) {
  dead_[++deaths_] = {std::to_string(item->first), item->second.body,    std::string(reason),
                      item->second.receive_count,  item->second.sent_us, clock_.NowUs()};
  Remove(item);
}

Status MemoryQueue::Delete(std::string_view receipt) {
  const std::lock_guard lock(mutex_);
  const auto item = Delivered(receipt);
  if (item != items_.end()) Remove(item);
  return Ok{};
}

Status MemoryQueue::Hide(std::string_view receipt, int64_t visibility_us) {
  const std::lock_guard lock(mutex_);
  const auto item = Delivered(receipt);
  if (item == items_.end()) return TimedOut();
  HideUntil(item, clock_.NowUs() + visibility_us);
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
  Add(Number(id), Item{letter->second.body, 0, letter->second.sent_us, 0, 0});
  dead_.erase(letter);
  return Ok{};
}

}  // namespace varve
