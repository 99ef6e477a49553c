// varve convert: NDJSON in, Parquet out.
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/heap.h"
#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "cli/output.h"
#include "cli/parse_flags.h"
#include "cli/s3_places.h"
#include "cli/summary_json.h"
#include "cli/summary_text.h"

namespace varve::cli {
namespace {

constexpr const char* kConvertDescription =
    "Convert NDJSON to Parquet, losing nothing\n\n"
    "All inputs become one dataset with one schema. Types are inferred from every value, not from "
    "samples; a line that is not one valid JSON object is quarantined beside the output with its "
    "reason. Outputs appear only when the whole conversion succeeded.";

constexpr const char* kConvertExamples =
    "# one file\n"
    "varve convert events.ndjson -o events.parquet\n"
    "\n"
    "# a directory of daily files, partitioned by the date in their names\n"
    "varve convert logs/ -o lake/ --partition filename-date --compression zstd\n"
    "\n"
    "# look first: schema, partitions, bad lines; nothing is written\n"
    "varve convert 'logs/2025-01-*.ndjson.gz' -o lake/ --dry-run\n"
    "\n"
    "# pin the schema, refuse files with more than 1% bad lines\n"
    "varve schema infer logs/ > schema.json\n"
    "varve convert logs/ -o lake/ --schema schema.json --mode strict --max-errors 1%\n"
    "\n"
    "# from one bucket to another\n"
    "varve convert s3://in/events/ -o s3://lake/events/ --partition filename-date\n"
    "\n"
    "# from a pipe, a machine-readable summary\n"
    "zcat -f logs/* | varve convert - -o all.parquet --json";

struct ConvertCommand : EngineCommand {
  bool json = false;
};

void AddOutputFlags(CLI::App& app, ConvertCommand* command) {
  ConvertOptions* options = &command->options;
  const std::string group = "Output";
  app.add_option("-o,--output", options->output,
                 "A directory, or a path ending in .parquet for one file; the same in S3 as "
                 "s3://BUCKET/KEY "
                 "(required)")
      ->take_last()
      ->type_name("DST")
      ->group(group);
  AddParsed(app, "--partition", &options->partition, ParsePartition)
      ->description(
          "One directory per value: filename-date takes YYYY-MM-DD from each input's name, arrival "
          "the date of the conversion, column the value of a column, by day, hour or month of a "
          "timestamp [none]")
      ->type_name("none|filename-date|arrival|column:NAME[:day|hour|month]")
      ->group(group);
  AddParsed(app, "--compression", &options->compression, ParseCompression)
      ->description("Codec of the Parquet pages, with an optional level [snappy]")
      ->type_name("snappy|zstd[:N]|gzip|lz4_raw|none")
      ->group(group);
  app.add_flag("--source-column", options->source_column,
               "Add the columns _source (input) and _line (line number)")
      ->group(group);
  AddParsed(app, "--target-file-size", &options->target_file_bytes, ParseSize)
      ->description("Begin a new file beyond this size [512MiB]")
      ->type_name("SIZE")
      ->group(group);
  AddParsed(app, "--row-group-rows", &options->row_group_rows,
            [](const std::string& text) { return ParseCount(text, 1, uint64_t{1} << 40); })
      ->description("Most rows of a row group [1000000]")
      ->type_name("N")
      ->group(group);
  app.add_option("--batch", options->batch, "Name of this batch: part of file names and metadata")
      ->check([](const std::string& text) {
        const auto status = CheckBatchName(text);
        return status.ok() ? std::string() : status.error().message;
      })
      ->take_last()
      ->type_name("NAME")
      ->group(group);
  app.add_flag("--overwrite", options->overwrite,
               "Replace the data and quarantine files already in the output")
      ->group(group);
  app.add_flag("--dry-run", options->dry_run,
               "Show the plan (schema, partitions, files, bad lines) and write nothing")
      ->group(group);
}

void AddErrorFlags(CLI::App& app, ConvertCommand* command) {
  AddParsed(app, "--max-errors", &command->options.max_errors, ParseMaxErrors)
      ->description("Fail an input with more bad lines than this, or than this share of its lines")
      ->type_name("N|P%")
      ->group("Schema and types");
}

// An output below an input directory would be read as input by the next run.
Status CheckOutputPlace(const ConvertCommand& command) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path output = fs::weakly_canonical(fs::absolute(command.options.output), ignored);
  for (const std::string& source : command.sources) {
    const fs::path input = fs::weakly_canonical(fs::absolute(source), ignored);
    const fs::path relative = output.lexically_relative(input);
    const bool same = relative == ".";
    const bool below = !relative.empty() && *relative.begin() != ".." && !same;
    if (source != "-" && (same || (below && fs::is_directory(input, ignored)))) {
      return Error{Code::kInvalidArgument, "output " + command.options.output +
                                               (same ? " is the input "
                                                     : " is inside the "
                                                       "input ") +
                                               source + "; choose a place outside of it"};
    }
  }
  return Ok{};
}

Status CheckOutput(const ConvertCommand& command) {
  const ConvertOptions& options = command.options;
  if (options.output.empty()) {
    return Error{Code::kInvalidArgument,
                 "no output named; add -o DIRECTORY, or -o FILE.parquet for a single file"};
  }
  if (options.output.ends_with(".parquet") && options.partition.by != PartitionBy::kNone) {
    return Error{Code::kInvalidArgument,
                 "--partition needs a directory, but -o " + options.output +
                     " names a single file; drop the .parquet or the --partition"};
  }
  if (aws::IsS3Url(options.output)) return CheckS3OutputPlace(options.output, command.sources);
  return CheckOutputPlace(command);
}

Status TakeS3Output(ConvertCommand* command) {
  if (!aws::IsS3Url(command->options.output)) return Ok{};
  if (command->s3 == nullptr) {
    VARVE_ASSIGN_OR_RETURN(command->s3, S3Places::Open());
  }
  return command->s3->TakeOutput(&command->options);
}

ExitCode Report(const ConvertCommand& command, const ConvertSummary& summary) {
  for (const LineError& error : summary.errors) {
    if (error.line == 0) PrintError(LineErrorText(error));
  }
  const ConvertOptions& options = command.options;
  if (command.json) {
    if (const ExitCode code = PrintResult(SummaryJson(summary, options.dry_run))) return code;
  } else if (!command.quiet) {
    const std::string text = options.dry_run ? PlanText(summary, options) : SummaryText(summary);
    if (const ExitCode code = PrintResult(text)) return code;
  } else if (summary.quarantined > 0) {
    PrintNote(std::to_string(summary.quarantined) + " lines quarantined" +
              (summary.quarantine.empty() ? "" : "; see " + summary.quarantine.front()));
  }
  return summary.quarantined > 0 || summary.files_failed > 0 ? kExitPartial : kExitOk;
}

int Run(ConvertCommand* command, const std::atomic<bool>* cancel) {
  using Check = std::function<Status()>;
  for (const Check& check : {Check([&] { return CheckOutput(*command); }),
                             Check([&] { return FinishEngineCommand(command, cancel); }),
                             Check([&] { return TakeS3Output(command); })}) {
    const Status status = check();
    if (status.ok()) continue;
    if (status.error().code != Code::kInvalidArgument) return Fail(status.error());
    return FailUsage(status.error().message, "varve convert");
  }
  PreferHugePages();
  Progress progress;
  auto summary = [&] {
    const ProgressMode mode = command->quiet ? ProgressMode::kNone : command->progress;
    const ProgressBar bar(progress, mode);
    auto converted = Convert(command->options, &progress, cancel);
    if (!converted.ok() || command->s3 == nullptr) return converted;
    Status published = command->s3->Publish(&*converted, cancel);
    return published.ok() ? std::move(converted) : std::move(published).error();
  }();
  if (!summary.ok()) return Fail(summary.error());
  return Report(*command, *summary);
}

}  // namespace

Command AddConvert(CLI::App& parent, const std::atomic<bool>* cancel) {
  auto command = std::make_shared<ConvertCommand>();
  CLI::App* app = parent.add_subcommand("convert", kConvertDescription);
  app->footer(kConvertExamples);
  AddSources(*app, command.get());
  AddOutputFlags(*app, command.get());
  AddTypingFlags(*app, command.get());
  AddErrorFlags(*app, command.get());
  AddResourceFlags(*app, command.get());
  AddLimitFlags(*app, command.get());
  AddReportingFlags(*app, command.get());
  app->add_flag("--json", command->json, "End with one JSON line on stdout instead of the summary")
      ->group("Reporting");
  return {app, [command, cancel] { return Run(command.get(), cancel); }};
}

}  // namespace varve::cli
