// EmbeddedMetrics: metrics as lines in the log, which CloudWatch reads out of it ("embedded metric
// format", specification of 2019): no call, no waiting, no permission.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "ports/metrics.h"

namespace varve::aws {

// Thread-safe.
class EmbeddedMetrics : public Metrics {
 public:
  using Sink = std::function<void(std::string_view line)>;  // a line that ends in '\n'

  // `clock` must outlive it.
  EmbeddedMetrics(std::string metric_namespace, const Clock& clock, Sink sink)
      : namespace_(std::move(metric_namespace)), clock_(clock), sink_(std::move(sink)) {}

  void Count(std::string_view name, const Labels& labels, double by) override;
  void Set(std::string_view name, const Labels& labels, double value) override;
  void Observe(std::string_view name, const Labels& labels, double value) override;

  // Writes what came since the last Flush: one line for all metrics of the same labels.
  void Flush();

 private:
  using Values = std::map<std::string, std::vector<double>, std::less<>>;

  void Write(const Labels& labels, const Values& values) const;

  const std::string namespace_;
  const Clock& clock_;
  const Sink sink_;
  std::mutex mutex_;
  std::map<Labels, Values> pending_;
};

}  // namespace varve::aws
