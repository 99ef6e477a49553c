// DueOrder: things that each become due at a time of its own, and are taken in another order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace varve {

// Not thread-safe. Each call costs the logarithm of the size, and what has become due since the
// last look; the time may also go back.
class DueOrder {
 public:
  using Rank = std::pair<int64_t, uint64_t>;  // no two things have the same

  void Add(Rank rank, int64_t due_us) { later_.emplace(due_us, rank); }

  // With the time it was added with.
  void Remove(Rank rank, int64_t due_us) {
    if (later_.erase({due_us, rank}) == 0) ready_.erase(rank);
  }

  // Gives `take` what is due at `now_us`, the lowest rank first, until it says false. `take` must
  // not change this object.
  template <typename Take>
  void ForEachDue(int64_t now_us, Take take) {
    for (auto at = later_.begin(); at != later_.end() && at->first <= now_us;) {
      ready_.emplace(at->second, at->first);
      at = later_.erase(at);
    }
    for (const auto& [rank, due_us] : ready_) {
      if (due_us <= now_us && !take(rank)) return;
    }
  }

  // The lowest rank of all, due or not; {INT64_MAX, 0}: there is none. Looks at all that is not
  // due.
  Rank Lowest() const {
    Rank lowest{INT64_MAX, 0};
    if (!ready_.empty()) lowest = ready_.begin()->first;
    for (const auto& [due_us, rank] : later_) lowest = std::min(lowest, rank);
    return lowest;
  }

 private:
  std::map<Rank, int64_t> ready_;             // with when it became due
  std::set<std::pair<int64_t, Rank>> later_;  // what nobody has seen due yet
};

}  // namespace varve
