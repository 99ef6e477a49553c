#include "adapters/local/directory_event_source.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace varve {
namespace {

constexpr int kScanPage = 1000;
constexpr size_t kSendMax = 500;       // messages in one call
constexpr size_t kOutboxMax = 10'000;  // beyond it inotify may overflow, which a scan mends

}  // namespace

Result<int64_t> DirectoryEventSource::Poll() {
  const int64_t now_us = clock_.NowUs();
  const bool clock_set_back = last_scan_us_ > now_us;
  if (now_us - last_scan_us_ >= settings_.scan_every_us || clock_set_back) {
    ScanNow();
    last_scan_us_ = now_us;
  }
  VARVE_RETURN_IF_ERROR(SendOutbox());
  VARVE_RETURN_IF_ERROR(TakeChanges());
  VARVE_RETURN_IF_ERROR(LookAtYoung(now_us));
  VARVE_RETURN_IF_ERROR(ScanPage());
  VARVE_RETURN_IF_ERROR(SendOutbox());
  if (Scanning() || !outbox_.empty()) return now_us;
  const int64_t next_scan_us = last_scan_us_ + settings_.scan_every_us;
  return young_.empty() ? next_scan_us : std::min(next_scan_us, young_at_us_);
}

Status DirectoryEventSource::TakeChanges() {
  if (outbox_.size() >= kOutboxMax) return Ok{};
  VARVE_ASSIGN_OR_RETURN(const DirectoryChanges changes, watcher_.Read());
  if (changes.lost) ScanNow();
  to_scan_.insert(changes.folders.begin(), changes.folders.end());
  for (const std::string& key : changes.keys) {
    const auto object = store_.Head(key);
    if (object.ok()) {
      outbox_.push_back(body_(*object));
    } else if (IsRetryable(object.error().code)) {
      young_.insert(key);
    }
    // Otherwise it is gone, or no object at all.
  }
  return Ok{};
}

Status DirectoryEventSource::Consider(const ObjectInfo& object, int64_t now_us) {
  // A time of change far in the future says nothing about whether the file is finished.
  if (std::abs(now_us - object.modified_us) < settings_.settle_us) {
    if (young_.empty()) young_at_us_ = now_us + settings_.settle_us;
    young_.insert(object.ref.key);
    return Ok{};
  }
  VARVE_ASSIGN_OR_RETURN(const bool known, known_(object.ref));
  if (!known) outbox_.push_back(body_(object));
  return Ok{};
}

Status DirectoryEventSource::LookAtYoung(int64_t now_us) {
  const bool due = now_us >= young_at_us_ || young_at_us_ - now_us > settings_.settle_us;
  if (young_.empty() || !due) return Ok{};
  for (const std::string& key : std::exchange(young_, {})) {
    const auto object = store_.Head(key);
    if (!object.ok()) {
      if (IsRetryable(object.error().code)) young_.insert(key);
      continue;
    }
    Status considered = Consider(*object, now_us);
    if (considered.ok()) continue;
    ScanNow();  // finds the keys that are left
    return considered;
  }
  return Ok{};
}

Status DirectoryEventSource::ScanPage() {
  if (!Scanning() || outbox_.size() >= kOutboxMax) return Ok{};
  // A prefix that is asked for while it is being listed is listed once more afterwards.
  if (!scanned_.has_value()) {
    scanned_ = to_scan_.extract(to_scan_.begin()).value();
    if (scanned_->empty()) to_scan_.clear();  // it is all of them
  }
  VARVE_ASSIGN_OR_RETURN(const ListPage page, store_.List(*scanned_, after_, kScanPage));
  const int64_t now_us = clock_.NowUs();
  for (const ObjectInfo& object : page.objects) {
    VARVE_RETURN_IF_ERROR(Consider(object, now_us));
    after_ = object.ref.key;
  }
  after_ = page.next;
  if (after_.empty()) scanned_.reset();
  return Ok{};
}

Status DirectoryEventSource::SendOutbox() {
  while (!outbox_.empty()) {
    const auto end =
        outbox_.begin() + static_cast<std::ptrdiff_t>(std::min(outbox_.size(), kSendMax));
    VARVE_RETURN_IF_ERROR(queue_.Send({outbox_.begin(), end}));
    outbox_.erase(outbox_.begin(), end);
  }
  return Ok{};
}

}  // namespace varve
