// CachedCredentials: credentials that are found once, and again before they expire.
//
// One thread searches, however many ask. While old ones are still good nobody waits for it, and a
// search that fails does no harm: it is repeated half a minute later.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "adapters/aws/core/credentials.h"
#include "base/clock.h"

namespace varve::aws {

class CachedCredentials : public CredentialsProvider {
 public:
  static constexpr int64_t kAheadUs = 5 * kMicrosPerMinute;   // of the expiry, new ones are sought
  static constexpr int64_t kPauseUs = 30 * kMicrosPerSecond;  // between searches

  // `clock` must outlive it. `search` runs in one thread at a time.
  CachedCredentials(const Clock& clock, std::function<Result<Credentials>()> search)
      : clock_(clock), search_(std::move(search)) {}

  Result<Credentials> Get() override;
  void Forget(const Credentials& refused) override;

 private:
  using Lock = std::unique_lock<std::mutex>;

  bool IsGood(int64_t now_us) const;  // there are some, and they have not expired
  Result<Credentials> Search(Lock lock);
  Result<Credentials> WaitForSearch(Lock lock);

  const Clock& clock_;
  const std::function<Result<Credentials>()> search_;
  std::mutex mutex_;
  std::condition_variable searched_;
  bool is_searching_ = false;
  uint64_t searches_ = 0;  // that ended
  std::optional<Credentials> current_;
  std::optional<Error> failure_;  // of the last search
  int64_t due_us_ = 0;            // when the next search is
};

}  // namespace varve::aws
