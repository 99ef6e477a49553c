#include "cli/engine_flags.h"

#include <cerrno>
#include <filesystem>
#include <limits>
#include <utility>

#include "base/read_file.h"
#include "cli/parse_flags.h"
#include "etl/source/source.h"
#include "model/schema_json.h"

namespace varve::cli {
namespace {

template <typename T>
auto CountOf(uint64_t min, uint64_t max) {
  return [min, max](const std::string& text) -> Result<T> {
    uint64_t value = 0;
    VARVE_ASSIGN_OR_RETURN(value, ParseCount(text, min, max));
    return static_cast<T>(value);
  };
}

template <typename T>
auto ParseChoice(std::vector<std::pair<std::string, T>> choices) {
  return [choices = std::move(choices)](const std::string& text) -> Result<T> {
    std::string accepted;
    for (const auto& [name, value] : choices) {
      if (text == name) return value;
      accepted += (accepted.empty() ? "" : ", ") + name;
    }
    return Error{Code::kInvalidArgument, "\"" + text + "\" is not one of " + accepted};
  };
}

// A repeatable option: each value is parsed and appended.
template <typename T, typename Parse>
CLI::Option* AddRepeated(CLI::App& app, const std::string& name, std::vector<T>* target,
                         Parse parse) {
  const auto append = [name, target, parse](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      auto value = parse(text);
      if (!value.ok()) throw CLI::ValidationError(name, value.error().message);
      target->push_back(std::move(value).value());
    }
  };
  return app.add_option_function<std::vector<std::string>>(name, append)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

// stdin ("-") is passed through; everything else is expanded in place. `s3` is made when needed.
Result<std::vector<std::string>> ExpandSources(const std::vector<std::string>& sources,
                                               std::shared_ptr<S3Places>* s3) {
  std::vector<std::string> inputs;
  std::vector<std::string> run;  // paths between others
  const auto flush = [&]() -> Status {
    if (run.empty()) return Ok{};
    std::vector<std::string> files;
    VARVE_ASSIGN_OR_RETURN(files, ExpandInputs(run));
    inputs.insert(inputs.end(), files.begin(), files.end());
    run.clear();
    return Ok{};
  };
  bool seen_stdin = false;
  for (const std::string& source : sources) {
    if (aws::IsS3Url(source)) {
      VARVE_RETURN_IF_ERROR(flush());
      if (*s3 == nullptr) {
        VARVE_ASSIGN_OR_RETURN(*s3, S3Places::Open());
      }
      VARVE_ASSIGN_OR_RETURN(const std::vector<std::string> objects, (*s3)->Expand(source));
      inputs.insert(inputs.end(), objects.begin(), objects.end());
      continue;
    }
    if (source != "-") {
      run.push_back(source);
      continue;
    }
    if (std::exchange(seen_stdin, true)) {
      return Error{Code::kInvalidArgument, "\"-\" (stdin) is named twice; it can be read once"};
    }
    VARVE_RETURN_IF_ERROR(flush());
    inputs.push_back(source);
  }
  VARVE_RETURN_IF_ERROR(flush());
  return inputs;
}

}  // namespace

Result<Schema> ReadSchemaFile(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return ErrnoError("open schema file", path, EISDIR)
        .WithContext("--schema: name a file, such as `varve schema infer` makes");
  }
  auto text = ReadWholeFile(path, "open schema file");
  if (!text.ok()) {
    return std::move(text).error().WithContext(
        "--schema: check the path, or make the file with `varve schema infer`");
  }
  auto schema = SchemaFromJson(*text);
  // The message begins with line:column, so this reads FILE:LINE:COLUMN: ...
  if (!schema.ok()) schema.error().message.insert(0, path + ":");
  return schema;
}

void AddSources(CLI::App& app, EngineCommand* command) {
  app.add_option("SRC", command->sources,
                 "NDJSON to read: files, globs, directories (searched for .ndjson, .jsonl, .json, "
                 "plain or .gz, .zst), the same in S3 as s3://BUCKET/KEY, or - for stdin. "
                 "Compression is told by content, not by name")
      ->type_name("");
}

void AddTypingFlags(CLI::App& app, EngineCommand* command) {
  ConvertOptions* options = &command->options;
  const std::string group = "Schema and types";
  app.add_option("--schema", command->schema_file,
                 "Start from this schema, as `varve schema infer` prints it")
      ->take_last()
      ->type_name("FILE")
      ->group(group);
  AddParsed(app, "--mode", &options->mode,
            ParseChoice<SchemaMode>({{"evolve", SchemaMode::kEvolve},
                                     {"rescue", SchemaMode::kRescue},
                                     {"strict", SchemaMode::kStrict}}))
      ->description(
          "What to do with what the schema cannot hold: evolve widens the schema, rescue keeps it "
          "and moves the value to the column _rescued, strict quarantines the line [evolve]")
      ->type_name("evolve|rescue|strict")
      ->group(group);
  AddRepeated(app, "--rename", &options->renames, ParseRename)
      ->description("Call the column of JSON key OLD NEW; nested keys as a.b (repeatable)")
      ->type_name("OLD=NEW")
      ->group(group);
  AddRepeated(app, "--cast", &options->casts, ParseCast)
      ->description(
          "Give a column this type: bool, int64, double, decimal(P,S), string, timestamp_utc, "
          "timestamp_local, date or json (repeatable)")
      ->type_name("COL=TYPE")
      ->group(group);
  AddParsed(app, "--timestamps", &options->timestamps_as_strings,
            ParseChoice<bool>({{"auto", false}, {"string", true}}))
      ->description(
          "auto: a string column of nothing but ISO 8601 values becomes TIMESTAMP or DATE; string: "
          "it stays text [auto]")
      ->type_name("auto|string")
      ->group(group);
}

void AddResourceFlags(CLI::App& app, EngineCommand* command) {
  const std::string group = "Resources";
  AddParsed(app, "--threads", &command->options.threads, CountOf<int>(0, 1024))
      ->description("Worker threads; 0 is one per CPU. The output does not depend on it [0]")
      ->type_name("N")
      ->group(group);
  AddParsed(app, "--memory", &command->options.memory_bytes, ParseSize)
      ->description("Memory budget of the whole process [1GiB]")
      ->type_name("SIZE")
      ->group(group);
}

void AddLimitFlags(CLI::App& app, EngineCommand* command) {
  Limits* limits = &command->options.limits;
  const std::string group = "Limits";
  constexpr uint64_t kMax32 = std::numeric_limits<uint32_t>::max();
  AddParsed(app, "--max-line-bytes", &limits->line_bytes, ParseSize)
      ->description("Quarantine longer lines [64MiB]")
      ->type_name("SIZE")
      ->group(group);
  AddParsed(app, "--max-depth", &limits->depth, CountOf<int>(1, 1000))
      ->description("Quarantine lines nested deeper [100]")
      ->type_name("N")
      ->group(group);
  AddParsed(app, "--max-columns", &limits->columns, CountOf<uint32_t>(1, kMax32))
      ->description("Stop when the schema needs more columns [10000]")
      ->type_name("N")
      ->group(group);
  AddParsed(app, "--map-keys", &limits->map_keys, CountOf<uint32_t>(1, kMax32))
      ->description("An object with more distinct keys becomes JSON text [1000]")
      ->type_name("N")
      ->group(group);
  AddParsed(app, "--max-decompression-ratio", &limits->decompression_ratio,
            CountOf<uint64_t>(1, std::numeric_limits<uint64_t>::max()))
      ->description("Fail an input that inflates more than this many times [1000]")
      ->type_name("N")
      ->group(group);
  AddParsed(app, "--max-decompressed-bytes", &limits->decompressed_bytes, ParseSize)
      ->description("Fail an input that inflates to more [4TiB]")
      ->type_name("SIZE")
      ->group(group);
}

void AddReportingFlags(CLI::App& app, EngineCommand* command) {
  const std::string group = "Reporting";
  app.add_flag("-q,--quiet", command->quiet, "Print errors only")->group(group);
  AddParsed(app, "--progress", &command->progress,
            ParseChoice<ProgressMode>({{"auto", ProgressMode::kAuto},
                                       {"bar", ProgressMode::kBar},
                                       {"json", ProgressMode::kJson},
                                       {"none", ProgressMode::kNone}}))
      ->description(
          "On stderr: a bar when it is a terminal (auto), always (bar), one JSON line a second "
          "(json), nothing (none) [auto]")
      ->type_name("auto|bar|json|none")
      ->group(group);
  app.add_option("--config", "Read settings from this file instead of ./varve.toml")
      ->take_last()
      ->type_name("FILE")
      ->configurable(false)
      ->group(group);
}

Status FinishEngineCommand(EngineCommand* command, const std::atomic<bool>* cancel) {
  if (command->sources.empty()) {
    return Error{Code::kInvalidArgument,
                 "no input named; add files, globs, directories, or - for stdin"};
  }
  ConvertOptions& options = command->options;
  if (!command->schema_file.empty()) {
    VARVE_ASSIGN_OR_RETURN(options.schema, ReadSchemaFile(command->schema_file));
  }
  if (options.mode != SchemaMode::kEvolve && !options.schema) {
    return Error{Code::kInvalidArgument,
                 "--mode rescue and --mode strict need --schema FILE; make one with `varve schema "
                 "infer SRC > schema.json`"};
  }
  VARVE_ASSIGN_OR_RETURN(options.inputs, ExpandSources(command->sources, &command->s3));
  if (command->s3 == nullptr) return Ok{};
  options.remote = &command->s3->inputs();
  return command->s3->inputs().LookAtAll(cancel);
}

}  // namespace varve::cli
