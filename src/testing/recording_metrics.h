// RecordingMetrics: Metrics that remember, for tests to ask.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ports/metrics.h"

namespace varve {

// Thread-safe.
class RecordingMetrics : public Metrics {
 public:
  void Count(std::string_view name, const Labels& labels, double by) override;
  void Set(std::string_view name, const Labels& labels, double value) override;
  void Observe(std::string_view name, const Labels& labels, double value) override;

  double Value(std::string_view name, const Labels& labels = {}) const;  // 0: never written
  double Sum(std::string_view name) const;                               // over all labels
  std::vector<double> Observed(std::string_view name, const Labels& labels = {}) const;

 private:
  using Series = std::pair<std::string, Labels>;

  mutable std::mutex mutex_;
  std::map<Series, double> values_;
  std::map<Series, std::vector<double>> observed_;
};

}  // namespace varve
