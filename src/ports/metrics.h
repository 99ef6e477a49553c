// Metrics: counters, gauges and histograms by name and labels. Never fails, never waits.
//
// Names are Prometheus's: snake_case with the unit last, counters end in _total; durations in
// seconds, sizes in bytes. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace varve {

using Labels = std::vector<std::pair<std::string, std::string>>;  // few distinct values each

class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual void Count(std::string_view name, const Labels& labels, double by) = 0;
  virtual void Set(std::string_view name, const Labels& labels, double value) = 0;
  virtual void Observe(std::string_view name, const Labels& labels, double value) = 0;
};

}  // namespace varve
