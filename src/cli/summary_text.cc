#include "cli/summary_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/schema_tree.h"
#include "cli/terminal_text.h"

namespace varve::cli {
namespace {

constexpr size_t kNamesShown = 10;
constexpr size_t kErrorsShown = 5;

std::string Row(std::string_view name, std::string_view value) {
  return fmt::format("  {:<12}{}\n", name, value);
}

std::string SizeRow(const ConvertSummary& summary) {
  std::string text =
      fmt::format("{} in → {} out", HumanBytes(summary.bytes_in), HumanBytes(summary.bytes_out));
  if (summary.bytes_out > 0 && summary.bytes_in > summary.bytes_out) {
    text += fmt::format(" ({:.1f}× smaller)", static_cast<double>(summary.bytes_in) /
                                                  static_cast<double>(summary.bytes_out));
  }
  return Row("size", text);
}

std::string AccountRow(const ConvertSummary& summary) {
  return Row("lines",
             fmt::format("{} = {} rows + {} quarantined + {} blank", WithThousands(summary.lines),
                         WithThousands(summary.rows), WithThousands(summary.quarantined),
                         WithThousands(summary.blank)));
}

std::string CommonRows(const ConvertSummary& summary) {
  std::string text = AccountRow(summary) + SizeRow(summary);
  if (summary.files_failed > 0) {
    text += Row("failed", Plural(summary.files_failed, "file") + ", left out; see the errors");
  }
  if (summary.passes > 1) {
    const std::string_view why = summary.files_failed > 0
                                     ? "the input was read again without the files left out"
                                     : "a line contradicted the schema guessed from samples, so "
                                       "the input was read again";
    text += Row("passes", fmt::format("{}: {}", summary.passes, why));
  }
  if (summary.numbers_rounded > 0) {
    text += Row("rounded", Plural(summary.numbers_rounded, "number") +
                               " with more digits than a double holds; --cast COL=decimal(P,S) "
                               "keeps them");
  }
  return text;
}

template <typename Items, typename Format>
std::string FirstOf(const Items& items, Format format) {
  std::string text;
  const size_t shown = std::min(items.size(), kNamesShown);
  for (size_t i = 0; i < shown; ++i) text += "    " + format(items[i]) + "\n";
  if (items.size() > shown) text += fmt::format("    … and {} more\n", items.size() - shown);
  return text;
}

std::string OutputRows(const ConvertSummary& summary) {
  size_t width = 0;
  const size_t shown = std::min(summary.outputs.size(), kNamesShown);
  for (size_t i = 0; i < shown; ++i) {
    width = std::max(width, DisplayWidth(Printable(summary.outputs[i].path)));
  }
  return Row("outputs", Plural(summary.outputs.size(), "file")) +
         FirstOf(summary.outputs, [width](const OutputFile& output) {
           const std::string path = Printable(output.path);
           return path + std::string(width - DisplayWidth(path) + 2, ' ') +
                  Plural(output.rows, "row") + ", " + HumanBytes(output.bytes);
         });
}

std::string BadLines(const ConvertSummary& summary) {
  std::string text;
  size_t shown = 0;
  for (const LineError& error : summary.errors) {
    if (error.line == 0) continue;  // whole files are reported on stderr
    if (shown++ == kErrorsShown) break;
    text += "    " + LineErrorText(error) + "\n";
  }
  if (text.empty()) return "";
  if (summary.quarantined > kErrorsShown) {
    text += fmt::format("    … and {} more\n", WithThousands(summary.quarantined - kErrorsShown));
  }
  return Row("bad lines", Plural(summary.quarantined, "line")) + text;
}

}  // namespace

std::string LineErrorText(const LineError& error) {
  std::string place = error.file;
  if (error.line > 0) place += fmt::format(":{}", error.line);
  if (error.line > 0 || error.offset > 0) place += fmt::format(" (byte {})", error.offset);
  return Printable(fmt::format("{}: {}: {}", place, error.code, error.message));
}

std::string SummaryText(const ConvertSummary& summary) {
  std::string text = fmt::format("Converted {}: {} in {}", Plural(summary.files, "file"),
                                 Plural(summary.rows, "row"), HumanSeconds(summary.seconds));
  if (summary.seconds > 0) {
    text += fmt::format(" ({:.0f} MB/s)",
                        static_cast<double>(summary.bytes_in) / 1e6 / summary.seconds);
  }
  text += "\n" + CommonRows(summary) + OutputRows(summary);
  if (!summary.quarantine.empty()) {
    text += Row("quarantine", Plural(summary.quarantine.size(), "file")) +
            FirstOf(summary.quarantine, [](const std::string& path) { return Printable(path); });
  }
  return text + BadLines(summary);
}

std::string PlanText(const ConvertSummary& summary, const ConvertOptions& options) {
  std::string text = "Dry run: nothing was written\n" + CommonRows(summary);
  text += Row("inputs", Plural(options.inputs.size(), "file")) +
          FirstOf(options.inputs, [](const std::string& path) { return Printable(path); });
  text += Row("schema", Plural(summary.schema.fields.size(), "column"));
  text += SchemaTree(summary.schema, 4);
  return text + OutputRows(summary) + BadLines(summary);
}

}  // namespace varve::cli
