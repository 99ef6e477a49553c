#include "cli/summary_json.h"

#include <nlohmann/json.hpp>

#include "model/schema_json.h"

namespace varve::cli {

std::string SummaryJson(const ConvertSummary& summary, bool dry_run) {
  using Json = nlohmann::ordered_json;
  Json outputs = Json::array();
  for (const OutputFile& output : summary.outputs) {
    outputs.push_back({{"path", output.path}, {"rows", output.rows}, {"bytes", output.bytes}});
  }
  Json errors = Json::array();
  for (const LineError& error : summary.errors) {
    errors.push_back({{"file", error.file},
                      {"line", error.line},
                      {"offset", error.offset},
                      {"code", error.code},
                      {"message", error.message}});
  }
  Json line = {{"files", summary.files},
               {"files_failed", summary.files_failed},
               {"lines", summary.lines},
               {"rows", summary.rows},
               {"quarantined", summary.quarantined},
               {"blank", summary.blank},
               {"numbers_rounded", summary.numbers_rounded},
               {"bytes_in", summary.bytes_in},
               {"bytes_out", summary.bytes_out},
               {"seconds", summary.seconds},
               {"passes", summary.passes},
               {"outputs", std::move(outputs)},
               {"quarantine", summary.quarantine},
               {"errors", std::move(errors)}};
  if (dry_run) {
    line["dry_run"] = true;
    line["schema"] = Json::parse(SchemaToJson(summary.schema), nullptr, /*allow_exceptions=*/false);
  }
  // Names that are not UTF-8 get replacement characters rather than breaking the line.
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace varve::cli
