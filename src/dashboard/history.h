// History: what the pipelines' metrics were over the last day, for the charts.
//
// It stands between the pipelines and the real metrics: everything is passed on, and the few names
// that the charts show are kept in slots of 5 seconds for an hour and of 5 minutes for a day. It is
// this process's own and begins with it. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "ports/metrics.h"

namespace varve::dashboard {

enum class Span { kQuarter, kHour, kDay };  // 15 minutes, 1 hour, 24 hours

std::optional<Span> ParseSpan(std::string_view text);  // "15m", "1h", "24h"

// What happened from `at_us` on, for `width_us`.
struct HistoryPoint {
  int64_t at_us = 0;
  int64_t width_us = 0;
  double files = 0;  // completed
  double rows = 0;
  double quarantined = 0;  // lines
  double bytes_in = 0;
  double failures = 0;
  // From a file's first sight to its rows being visible; absent: no file was completed.
  std::optional<double> latency_p50_seconds;
  std::optional<double> latency_p99_seconds;
};

class History : public Metrics {
 public:
  // Both must outlive it.
  History(Metrics& next, const Clock& clock);

  void Count(std::string_view name, const Labels& labels, double by) override;
  void Set(std::string_view name, const Labels& labels, double value) override;
  void Observe(std::string_view name, const Labels& labels, double value) override;

  // Oldest first, slots in which nothing happened included, the present one left out.
  std::vector<HistoryPoint> Points(std::string_view pipeline, Span span) const;
  // The last hour, or what there is of it, as one point.
  HistoryPoint LastHour(std::string_view pipeline) const;

  int64_t started_us() const { return started_us_; }

 private:
  // Slot i of latencies counts those up to 1 ms * 2^(i/4): a quantile is right to 19%.
  static constexpr size_t kLatencySlots = 96;

  struct Slot {
    double files = 0;
    double rows = 0;
    double quarantined = 0;
    double bytes_in = 0;
    double failures = 0;
    std::array<uint32_t, kLatencySlots> latencies = {};

    void Add(const Slot& other);
    std::optional<double> LatencySeconds(double quantile) const;
  };
  using Slots = std::map<int64_t, Slot>;  // by time divided by width
  struct Series {
    Slots fine;
    Slots coarse;
  };

  // The present slots of `pipeline`, of both widths; the caller holds the mutex.
  std::array<Slot*, 2> Present(const std::string& pipeline);
  static Slot& SlotAt(Slots& slots, int64_t index, int64_t kept);
  static HistoryPoint PointOf(const Slot& slot, int64_t at_us, int64_t width_us);
  Slot Sum(const Series* series, Span span, int64_t from_us, int64_t until_us) const;
  const Series* Find(std::string_view pipeline) const;

  Metrics& next_;
  const Clock& clock_;
  const int64_t started_us_;
  mutable std::mutex mutex_;
  std::map<std::string, Series, std::less<>> series_;
};

}  // namespace varve::dashboard
