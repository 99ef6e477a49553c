// varve metrics, hidden: the metrics as the table in docs/reference/metrics.md has them.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "cli/commands.h"
#include "cli/output.h"
#include "pipeline/metric_catalog.h"

namespace varve::cli {
namespace {

std::string MetricTable() {
  std::string table = "| Name | Type | Labels | Meaning |\n|---|---|---|---|\n";
  for (const MetricInfo& metric : MetricCatalog()) {
    std::string labels(metric.labels);
    for (size_t at = labels.find(','); at != labels.npos; at = labels.find(',', at + 3)) {
      labels.replace(at, 1, "`, `");
    }
    table += fmt::format("| `{}` | {} | `{}` | {} |\n", metric.name, MetricTypeName(metric.type),
                         labels, metric.help);
  }
  return table;
}

}  // namespace

Command AddMetrics(CLI::App& parent) {
  CLI::App* app = parent.add_subcommand("metrics", "Print the table of metrics as Markdown");
  app->group("");
  return {app, [] { return PrintResult(MetricTable()); }};
}

}  // namespace varve::cli
