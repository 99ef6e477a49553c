#include "adapters/aws/cloudwatch/embedded_metrics.h"

#include <nlohmann/json.hpp>

namespace varve::aws {
namespace {

using nlohmann::json;

constexpr size_t kValuesMax = 100;   // of one metric in a line
constexpr size_t kMetricsMax = 100;  // in a line

std::string_view UnitOf(std::string_view name) {
  if (name.ends_with("_seconds")) return "Seconds";
  if (name.ends_with("_bytes") || name.find("_bytes_") != name.npos) return "Bytes";
  return "Count";
}

}  // namespace

void EmbeddedMetrics::Count(std::string_view name, const Labels& labels, double by) {
  const std::lock_guard lock(mutex_);
  std::vector<double>& values = pending_[labels][std::string(name)];
  values.resize(1);
  values[0] += by;
}

void EmbeddedMetrics::Set(std::string_view name, const Labels& labels, double value) {
  const std::lock_guard lock(mutex_);
  pending_[labels][std::string(name)] = {value};
}

void EmbeddedMetrics::Observe(std::string_view name, const Labels& labels, double value) {
  const std::lock_guard lock(mutex_);
  std::vector<double>& values = pending_[labels][std::string(name)];
  if (values.size() == kValuesMax) {
    Write(labels, {{std::string(name), values}});
    values.clear();
  }
  values.push_back(value);
}

void EmbeddedMetrics::Write(const Labels& labels, const Values& values) const {
  json line = json::object();
  json dimensions = json::array();
  for (const auto& [name, value] : labels) {
    dimensions.push_back(name);
    line[name] = value;
  }
  json metrics = json::array();
  for (const auto& [name, numbers] : values) {
    metrics.push_back({{"Name", name}, {"Unit", UnitOf(name)}});
    line[name] = numbers.size() == 1 ? json(numbers.front()) : json(numbers);
  }
  line["_aws"] = {{"Timestamp", clock_.NowUs() / 1000},
                  {"CloudWatchMetrics", json::array({{{"Namespace", namespace_},
                                                      {"Dimensions", json::array({dimensions})},
                                                      {"Metrics", std::move(metrics)}}})}};
  sink_(line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

void EmbeddedMetrics::Flush() {
  const std::lock_guard lock(mutex_);
  for (const auto& [labels, values] : pending_) {
    Values some;
    for (const auto& entry : values) {
      some.insert(entry);
      if (some.size() < kMetricsMax) continue;
      Write(labels, some);
      some.clear();
    }
    if (!some.empty()) Write(labels, some);
  }
  pending_.clear();
}

}  // namespace varve::aws
