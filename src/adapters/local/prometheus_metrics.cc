#include "adapters/local/prometheus_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <exception>
#include <mutex>
#include <utility>

namespace varve {
namespace {

const prometheus::Histogram::BucketBoundaries& Buckets(std::string_view name) {
  static const prometheus::Histogram::BucketBoundaries seconds = {
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
      1,     2.5,    5,     10,   30,    60,   300, 900,  3600};
  static const prometheus::Histogram::BucketBoundaries bytes = [] {
    prometheus::Histogram::BucketBoundaries bounds;
    for (int i = 10; i <= 34; i += 2) bounds.push_back(static_cast<double>(1LL << i));
    return bounds;
  }();
  return name.ends_with("_bytes") ? bytes : seconds;
}

prometheus::Labels LabelsOf(const Labels& labels) { return {labels.begin(), labels.end()}; }

}  // namespace

struct PrometheusMetrics::State {
  std::map<std::string, std::string> help;
  prometheus::Registry registry;
  std::mutex mutex;  // of the maps; registry and metrics have their own
  std::map<std::string, prometheus::Family<prometheus::Counter>*, std::less<>> counters;
  std::map<std::string, prometheus::Family<prometheus::Gauge>*, std::less<>> gauges;
  std::map<std::string, prometheus::Family<prometheus::Histogram>*, std::less<>> histograms;

  // The family of that name, made the first time by `builder`.
  template <typename Families, typename Builder>
  auto& FamilyOf(Families& families, std::string_view name, Builder builder) {
    const std::lock_guard lock(mutex);
    const auto known = families.find(name);
    if (known != families.end()) return *known->second;
    const std::string text(name);
    const auto described = help.find(text);
    auto& family = builder.Name(text)
                       .Help(described == help.end() ? std::string() : described->second)
                       .Register(registry);
    families.emplace(text, &family);
    return family;
  }
};

PrometheusMetrics::PrometheusMetrics(std::map<std::string, std::string> help)
    : state_(std::make_unique<State>()) {
  state_->help = std::move(help);
}

PrometheusMetrics::~PrometheusMetrics() = default;

// prometheus-cpp throws when a name or label is not allowed, or is taken by another kind: a mistake
// in varve, which must not stop the pipeline.
void PrometheusMetrics::Count(std::string_view name, const Labels& labels, double by) {
  try {
    auto& family = state_->FamilyOf(state_->counters, name, prometheus::BuildCounter());
    family.Add(LabelsOf(labels)).Increment(by);
  } catch (const std::exception&) {
  }
}

void PrometheusMetrics::Set(std::string_view name, const Labels& labels, double value) {
  try {
    auto& family = state_->FamilyOf(state_->gauges, name, prometheus::BuildGauge());
    family.Add(LabelsOf(labels)).Set(value);
  } catch (const std::exception&) {
  }
}

void PrometheusMetrics::Observe(std::string_view name, const Labels& labels, double value) {
  try {
    auto& family = state_->FamilyOf(state_->histograms, name, prometheus::BuildHistogram());
    family.Add(LabelsOf(labels), Buckets(name)).Observe(value);
  } catch (const std::exception&) {
  }
}

std::string PrometheusMetrics::Text() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace varve
