#include "adapters/aws/credentials/cached_credentials.h"

#include <algorithm>
#include <limits>

namespace varve::aws {

bool CachedCredentials::IsGood(int64_t now_us) const {
  return current_ && (current_->expires_us == 0 || now_us < current_->expires_us);
}

Result<Credentials> CachedCredentials::Get() {
  Lock lock(mutex_);
  const int64_t now_us = clock_.NowUs();
  if (current_ && now_us < due_us_) return *current_;
  if (!is_searching_) return Search(std::move(lock));
  if (IsGood(now_us)) return *current_;
  return WaitForSearch(std::move(lock));
}

Result<Credentials> CachedCredentials::Search(Lock lock) {
  is_searching_ = true;
  lock.unlock();
  Result<Credentials> found = search_();
  lock.lock();
  is_searching_ = false;
  ++searches_;
  const int64_t now_us = clock_.NowUs();
  due_us_ = now_us + kPauseUs;
  if (found.ok()) {
    current_ = *found;
    failure_.reset();
    // Those that live shorter than that, or seem to by a clock that is wrong, are used all the
    // same.
    const int64_t renewal_us =
        found->expires_us == 0 ? std::numeric_limits<int64_t>::max() : found->expires_us - kAheadUs;
    due_us_ = std::max(due_us_, renewal_us);
  } else {
    failure_ = found.error();
    if (IsGood(now_us)) {
      found = *current_;
    } else {
      current_.reset();
    }
  }
  searched_.notify_all();
  return found;
}

Result<Credentials> CachedCredentials::WaitForSearch(Lock lock) {
  const uint64_t before = searches_;
  searched_.wait(lock, [&] { return searches_ != before; });
  if (current_) return *current_;
  if (failure_) return *failure_;
  return Search(std::move(lock));  // what it found is forgotten already
}

void CachedCredentials::Forget(const Credentials& refused) {
  const Lock lock(mutex_);
  if (current_ == refused) current_.reset();
}

}  // namespace varve::aws
