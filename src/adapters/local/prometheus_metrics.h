// PrometheusMetrics: the Metrics port over prometheus-cpp, shown as Prometheus reads it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "ports/metrics.h"

namespace varve {

// Thread-safe. A name that is used as two kinds of metric keeps the first and ignores the other.
class PrometheusMetrics : public Metrics {
 public:
  // `help` gives the # HELP text of each metric by name; others have none.
  explicit PrometheusMetrics(std::map<std::string, std::string> help);
  ~PrometheusMetrics() override;

  void Count(std::string_view name, const Labels& labels, double by) override;
  void Set(std::string_view name, const Labels& labels, double value) override;
  // Into a histogram whose buckets go by the name: "_bytes" from 1 KiB to 16 GiB, others (seconds)
  // from 1 ms to 1 h.
  void Observe(std::string_view name, const Labels& labels, double value) override;

  // All metrics in the text format, version 0.0.4: what /metrics answers.
  std::string Text() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace varve
