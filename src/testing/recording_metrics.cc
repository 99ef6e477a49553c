#include "testing/recording_metrics.h"

#include <algorithm>

namespace varve {
namespace {

Labels Sorted(Labels labels) {
  std::sort(labels.begin(), labels.end());
  return labels;
}

}  // namespace

void RecordingMetrics::Count(std::string_view name, const Labels& labels, double by) {
  const std::lock_guard lock(mutex_);
  values_[{std::string(name), Sorted(labels)}] += by;
}

void RecordingMetrics::Set(std::string_view name, const Labels& labels, double value) {
  const std::lock_guard lock(mutex_);
  values_[{std::string(name), Sorted(labels)}] = value;
}

void RecordingMetrics::Observe(std::string_view name, const Labels& labels, double value) {
  const std::lock_guard lock(mutex_);
  observed_[{std::string(name), Sorted(labels)}].push_back(value);
}

double RecordingMetrics::Value(std::string_view name, const Labels& labels) const {
  const std::lock_guard lock(mutex_);
  const auto found = values_.find({std::string(name), Sorted(labels)});
  return found == values_.end() ? 0 : found->second;
}

double RecordingMetrics::Sum(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  double sum = 0;
  for (const auto& [series, value] : values_) {
    if (series.first == name) sum += value;
  }
  return sum;
}

std::vector<double> RecordingMetrics::Observed(std::string_view name, const Labels& labels) const {
  const std::lock_guard lock(mutex_);
  const auto found = observed_.find({std::string(name), Sorted(labels)});
  return found == observed_.end() ? std::vector<double>{} : found->second;
}

}  // namespace varve
