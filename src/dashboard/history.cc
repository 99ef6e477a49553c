#include "dashboard/history.h"

#include <algorithm>
#include <cmath>

#include "pipeline/metric_catalog.h"

namespace varve::dashboard {
namespace {

constexpr int64_t kFineUs = 5 * kMicrosPerSecond;
constexpr int64_t kFineKept = kMicrosPerHour / kFineUs + 1;
constexpr int64_t kCoarseUs = 5 * kMicrosPerMinute;
constexpr int64_t kCoarseKept = kMicrosPerDay / kCoarseUs + 1;
constexpr double kLatencyFirstSeconds = 0.001;
constexpr double kSlotsPerDoubling = 4;

int64_t LengthUs(Span span) {
  switch (span) {
    case Span::kQuarter: return 15 * kMicrosPerMinute;
    case Span::kHour: return kMicrosPerHour;
    case Span::kDay: return kMicrosPerDay;
  }
  return kMicrosPerHour;
}

// About as many points as a chart has room for.
int64_t WidthUs(Span span) {
  switch (span) {
    case Span::kQuarter: return 10 * kMicrosPerSecond;
    case Span::kHour: return 30 * kMicrosPerSecond;
    case Span::kDay: return 10 * kMicrosPerMinute;
  }
  return kMicrosPerMinute;
}

std::string PipelineOf(const Labels& labels) {
  for (const auto& [name, value] : labels) {
    if (name == "pipeline") return value;
  }
  return "";
}

size_t LatencySlot(double seconds, size_t count) {
  if (!(seconds > kLatencyFirstSeconds)) return 0;
  const double slot = std::ceil(kSlotsPerDoubling * std::log2(seconds / kLatencyFirstSeconds));
  return static_cast<size_t>(std::min(slot, static_cast<double>(count - 1)));
}

}  // namespace

std::optional<Span> ParseSpan(std::string_view text) {
  if (text == "15m") return Span::kQuarter;
  if (text == "1h") return Span::kHour;
  if (text == "24h") return Span::kDay;
  return std::nullopt;
}

void History::Slot::Add(const Slot& other) {
  files += other.files;
  rows += other.rows;
  quarantined += other.quarantined;
  bytes_in += other.bytes_in;
  failures += other.failures;
  for (size_t i = 0; i < latencies.size(); ++i) latencies[i] += other.latencies[i];
}

std::optional<double> History::Slot::LatencySeconds(double quantile) const {
  uint64_t all = 0;
  for (const uint32_t count : latencies) all += count;
  if (all == 0) return std::nullopt;
  const double wanted = std::max(1.0, std::ceil(quantile * static_cast<double>(all)));
  double seen = 0;
  size_t slot = 0;
  for (; slot + 1 < latencies.size(); ++slot) {
    seen += latencies[slot];
    if (seen >= wanted) break;
  }
  return kLatencyFirstSeconds * std::exp2(static_cast<double>(slot) / kSlotsPerDoubling);
}

History::History(Metrics& next, const Clock& clock)
    : next_(next), clock_(clock), started_us_(clock.NowUs()) {}

void History::Count(std::string_view name, const Labels& labels, double by) {
  next_.Count(name, labels, by);
  double Slot::*sum = nullptr;
  if (name == metric::kRows) sum = &Slot::rows;
  if (name == metric::kQuarantinedLines) sum = &Slot::quarantined;
  if (name == metric::kBytesIn) sum = &Slot::bytes_in;
  if (name == metric::kFailures) sum = &Slot::failures;
  if (name == metric::kFilesEnded) {
    const bool completed = std::find(labels.begin(), labels.end(),
                                     Labels::value_type("state", "completed")) != labels.end();
    if (completed) sum = &Slot::files;
  }
  if (sum == nullptr) return;
  const std::lock_guard lock(mutex_);
  for (Slot* slot : Present(PipelineOf(labels))) slot->*sum += by;
}

void History::Set(std::string_view name, const Labels& labels, double value) {
  next_.Set(name, labels, value);
}

void History::Observe(std::string_view name, const Labels& labels, double value) {
  next_.Observe(name, labels, value);
  if (name != metric::kFileLatency) return;
  const std::lock_guard lock(mutex_);
  for (Slot* slot : Present(PipelineOf(labels))) {
    ++slot->latencies[LatencySlot(value, kLatencySlots)];
  }
}

std::array<History::Slot*, 2> History::Present(const std::string& pipeline) {
  Series& series = series_[pipeline];
  const int64_t now_us = clock_.NowUs();
  return {&SlotAt(series.fine, now_us / kFineUs, kFineKept),
          &SlotAt(series.coarse, now_us / kCoarseUs, kCoarseKept)};
}

History::Slot& History::SlotAt(Slots& slots, int64_t index, int64_t kept) {
  const auto known = slots.find(index);
  if (known != slots.end()) return known->second;
  slots.erase(slots.begin(), slots.upper_bound(index - kept));
  slots.erase(slots.upper_bound(index), slots.end());  // written before the clock was set back
  return slots[index];
}

const History::Series* History::Find(std::string_view pipeline) const {
  const auto found = series_.find(pipeline);
  return found == series_.end() ? nullptr : &found->second;
}

History::Slot History::Sum(const Series* series, Span span, int64_t from_us,
                           int64_t until_us) const {
  Slot sum;
  if (series == nullptr) return sum;
  const bool day = span == Span::kDay;
  const Slots& slots = day ? series->coarse : series->fine;
  const int64_t width_us = day ? kCoarseUs : kFineUs;
  const auto end = slots.lower_bound(until_us / width_us);
  for (auto at = slots.lower_bound(from_us / width_us); at != end; ++at) sum.Add(at->second);
  return sum;
}

HistoryPoint History::PointOf(const Slot& slot, int64_t at_us, int64_t width_us) {
  HistoryPoint point;
  point.at_us = at_us;
  point.width_us = width_us;
  point.files = slot.files;
  point.rows = slot.rows;
  point.quarantined = slot.quarantined;
  point.bytes_in = slot.bytes_in;
  point.failures = slot.failures;
  point.latency_p50_seconds = slot.LatencySeconds(0.5);
  point.latency_p99_seconds = slot.LatencySeconds(0.99);
  return point;
}

std::vector<HistoryPoint> History::Points(std::string_view pipeline, Span span) const {
  const int64_t width_us = WidthUs(span);
  const int64_t until_us = clock_.NowUs() / width_us * width_us;
  const int64_t first_us = std::max(until_us - LengthUs(span), started_us_ / width_us * width_us);
  const std::lock_guard lock(mutex_);
  const Series* const series = Find(pipeline);
  std::vector<HistoryPoint> points;
  for (int64_t at_us = first_us; at_us < until_us; at_us += width_us) {
    points.push_back(PointOf(Sum(series, span, at_us, at_us + width_us), at_us, width_us));
  }
  return points;
}

HistoryPoint History::LastHour(std::string_view pipeline) const {
  const int64_t until_us = clock_.NowUs() + kFineUs;  // with the present slot
  const int64_t from_us = until_us - kMicrosPerHour;
  const std::lock_guard lock(mutex_);
  return PointOf(Sum(Find(pipeline), Span::kHour, from_us, until_us), from_us, kMicrosPerHour);
}

}  // namespace varve::dashboard
