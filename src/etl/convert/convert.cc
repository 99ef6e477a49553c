#include "etl/convert/convert.h"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "etl/convert/attempt.h"
#include "etl/convert/column_router.h"
#include "etl/convert/partition.h"
#include "etl/convert/pass.h"
#include "etl/parquet/schema_elements.h"

namespace varve {
namespace {

constexpr size_t kSamples = 16;
constexpr size_t kSampleBytes = 32 << 10;
constexpr uint64_t kSegmentBytes = 100 << 20;

int ThreadsOf(const ConvertOptions& options) {
  if (options.threads > 0) return options.threads;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return 1;
  return std::max(1, CPU_COUNT(&allowed));
}

RowParserOptions ParserOptions(const ConvertOptions& options) {
  RowParserOptions parser;
  parser.pages.codec = options.compression.codec;
  parser.pages.level = options.compression.level;
  parser.timestamps_as_strings = options.timestamps_as_strings;
  parser.pinned = options.mode != SchemaMode::kEvolve;
  parser.rescue = options.mode == SchemaMode::kRescue;
  parser.source_columns = options.source_column;
  parser.depth_max = options.limits.depth;
  parser.map_keys_max = options.limits.map_keys;
  parser.row_group_rows =
      static_cast<uint32_t>(std::min<uint64_t>(options.row_group_rows, UINT32_MAX / 2));
  parser.quarantine_raw_bytes = options.limits.quarantine_raw_bytes;
  // The other side of the differential tests: same results without learning anything.
  const char* kind = std::getenv("VARVE_PARSER");
  parser.speculate = kind == nullptr || std::strcmp(kind, "general") != 0;
  return parser;
}

std::vector<Field> ExtraFields(const ConvertOptions& options) {
  std::vector<Field> extra;
  const auto add = [&extra](const char* name, TypeKind kind) {
    Field field;
    field.name = field.source_name = name;
    field.kind = kind;
    extra.push_back(field);
  };
  if (options.source_column) {
    add("_source", TypeKind::kString);
    add("_line", TypeKind::kInt64);
  }
  if (options.mode == SchemaMode::kRescue) add("_rescued", TypeKind::kJson);
  return extra;
}

OutputSchemaOptions SchemaOptions(const ConvertOptions& options) {
  OutputSchemaOptions schema;
  schema.map_keys_max = options.limits.map_keys;
  schema.renames = options.renames;
  if (options.schema.has_value()) schema.given = options.schema->fields;
  schema.extra = ExtraFields(options);
  return schema;
}

ObservedNode GivenSchema(const ConvertOptions& options) {
  if (options.schema.has_value()) {
    ObservedNode schema = ObserveSchema(*options.schema, options.mode != SchemaMode::kEvolve);
    schema.pinned = false;
    return schema;
  }
  ObservedNode schema;
  schema.facts = kFactObject;
  return schema;
}

Status CheckInputLists(const ConvertOptions& options) {
  const auto fits = [&options](const auto& list) {
    return list.empty() || list.size() == options.inputs.size();
  };
  if (!fits(options.input_names) || !fits(options.input_dates) || !fits(options.input_ranges)) {
    return Error{Code::kInvalidArgument,
                 "names, dates or ranges are given, but not one for each input"};
  }
  for (const std::string& date : options.input_dates) {
    if (!date.empty() && !IsDate(date)) {
      return Error{Code::kInvalidArgument, "\"" + date + "\" is not a date; write YYYY-MM-DD"};
    }
  }
  return Ok{};
}

Status CheckOptions(const ConvertOptions& options) {
  if (options.mode != SchemaMode::kEvolve && !options.schema.has_value()) {
    return Error{Code::kInvalidArgument,
                 "--mode strict and --mode rescue need a schema; add --schema FILE (make one with "
                 "'varve schema infer')"};
  }
  return CheckInputLists(options);
}

// One conversion of the inputs that have not failed.
class Conversion {
 public:
  Conversion(const ConvertOptions& options, bool writes, Progress* progress,
             const std::atomic<bool>* cancel)
      : options_(options), writes_(writes), progress_(progress), cancel_(cancel) {}

  ~Conversion() {
    std::error_code ignored;
    if (!spool_directory_.empty()) std::filesystem::remove_all(spool_directory_, ignored);
  }

  Result<ConvertSummary> Run() {
    Result<ConvertSummary> summary = ConvertAll();
    if (summary.ok() || !options_.all_may_fail || failures_.empty() || !NothingLeft()) {
      return summary;
    }
    ConvertSummary nothing;
    nothing.files_failed = failed_.size();
    nothing.errors = failures_;
    nothing.inputs = outcomes_;
    return nothing;
  }

 private:
  Result<ConvertSummary> ConvertAll() {
    const auto start = std::chrono::steady_clock::now();
    VARVE_RETURN_IF_ERROR(CheckOptions(options_));
    outcomes_.resize(options_.inputs.size());
    if (writes_) VARVE_RETURN_IF_ERROR(CheckOutputIsFree(options_));
    plan_ = PlanPartitions(options_.partition, Names(), options_.input_dates);
    paths_ = options_.inputs;
    VARVE_RETURN_IF_ERROR(MakeSpool());

    ConvertSummary summary;
    std::unique_ptr<Attempt> attempt;
    for (summary.passes = 1;; ++summary.passes) {
      if (progress_ != nullptr) progress_->pass = summary.passes;
      VARVE_ASSIGN_OR_RETURN(attempt, RunAttempt(attempt.get()));
      VARVE_ASSIGN_OR_RETURN(const bool contradicted, Contradicted(*attempt));
      if (!contradicted && !new_failures_) break;
      if (options_.one_pass && !new_failures_) {
        summary.contradicted = true;
        break;
      }
      // Twice at most: the second time the schema is certain, unless inputs change or fail anew.
      if (summary.passes >= kPassesMax) {
        return Error{Code::kCorrupt,
                     "the inputs changed while they were read; convert them again when they are "
                     "complete"};
      }
      VARVE_RETURN_IF_ERROR(CheckSomethingLeft());
    }
    if (routes_.has_value()) routes_->spill.reset();  // before it is written to disk in vain
    summary.errors = failures_;
    summary.observed = attempt->observed();
    attempt->Summarise(&summary);
    if (summary.contradicted) {
      ForgetOutputs(&summary);
    } else if (writes_ && !options_.dry_run) {
      VARVE_RETURN_IF_ERROR(attempt->Publish());
    }
    CountInputs(*attempt);
    summary.inputs = outcomes_;
    summary.files_failed = failed_.size();
    summary.files = options_.inputs.size() - failed_.size();
    summary.bytes_in = bytes_in_;
    if (!writes_) {
      VARVE_ASSIGN_OR_RETURN(OutputSchema schema,
                             MakeOutputSchema(attempt->observed(), SchemaOptions(options_)));
      summary.schema = std::move(schema.schema);
    }
    summary.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return summary;
  }

  // Whether the inputs hold what the schema that was written for does not.
  Result<bool> Contradicted(const Attempt& attempt) const {
    if (attempt.must_repeat() || !options_.observed.has_value()) return attempt.must_repeat();
    VARVE_ASSIGN_OR_RETURN(const Schema agreed, SchemaOf(options_, *options_.observed));
    VARVE_ASSIGN_OR_RETURN(const Schema seen, SchemaOf(options_, attempt.observed()));
    return !(agreed == seen);
  }

  static void ForgetOutputs(ConvertSummary* summary) {
    summary->outputs.clear();
    summary->quarantine.clear();
    summary->bytes_out = 0;
  }

  // Passes beyond the second happen only when an input fails in the second.
  static constexpr int kPassesMax = 4;

  // A place for what can be read only once (stdin, pipes), in case it must be read again.
  Status MakeSpool() {
    if (!writes_) return Ok{};
    const bool any_stream = std::any_of(paths_.begin(), paths_.end(), [&](const std::string& path) {
      std::error_code ignored;
      if (options_.remote != nullptr && options_.remote->Has(path)) return false;
      return path == "-" || !std::filesystem::is_regular_file(path, ignored);
    });
    if (!any_stream) return Ok{};
    std::error_code failed;
    const std::filesystem::path temp = std::filesystem::temp_directory_path(failed);
    std::string pattern = (temp / "varve-spool-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) return ErrnoError("create directory", pattern);
    spool_directory_ = pattern;
    return Ok{};
  }

  const std::string& Name(uint32_t input) const {
    return options_.input_names.empty() ? options_.inputs[input] : options_.input_names[input];
  }

  const std::vector<std::string>& Names() const {
    return options_.input_names.empty() ? options_.inputs : options_.input_names;
  }

  void CountInputs(const Attempt& attempt) {
    for (uint32_t i = 0; i < input_of_.size(); ++i) {
      const LineCounts& counts = attempt.counts()[i];
      InputOutcome& outcome = outcomes_[input_of_[i]];
      outcome.lines = counts.lines;
      outcome.rows = counts.rows;
      outcome.quarantined = counts.quarantined;
      outcome.blank = counts.blank;
    }
  }

  bool RoutesByColumn() const { return writes_ && options_.partition.by == PartitionBy::kColumn; }

  // Sorts the inputs' lines into spill files, once more without those that fail while being read.
  Status Route() {
    for (routes_.reset(); !routes_.has_value();) {
      new_failures_ = false;
      VARVE_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source, OpenInputs());
      if (progress_ != nullptr) progress_->bytes_total = source->stored_bytes();
      std::error_code ignored;
      const bool elsewhere = options_.dry_run || options_.remote_output != nullptr;
      const std::string parent =
          elsewhere ? std::filesystem::temp_directory_path(ignored).string() : options_.output;
      auto routes = RouteByColumn(source.get(), input_of_.size(), options_.partition, parent,
                                  options_.memory_bytes / 4, progress_, cancel_);
      if (!routes.ok() && routes.error().code == Code::kCancelled) return routes.error();
      if (!routes.ok()) {
        return std::move(routes).error().WithContext("sort lines by partition for " +
                                                     options_.output);
      }
      routes_ = std::move(routes).value();
      CollectUnreadable(*source);
      if (!new_failures_) continue;
      routes_.reset();
      VARVE_RETURN_IF_ERROR(CheckSomethingLeft());
    }
    return Ok{};
  }

  uint32_t RowsPerPartition() const {
    uint64_t lines = 0;
    for (const LineCounts& counts : routes_->lines.counts) lines += counts.lines;
    return static_cast<uint32_t>(
        std::min<uint64_t>(UINT32_MAX, lines / std::max<size_t>(1, routes_->directories.size())));
  }

  Result<std::unique_ptr<Source>> OpenSpill() {
    SourceOptions source = ReadingOptions();
    for (uint32_t partition = 0; partition < routes_->spill->partition_count(); ++partition) {
      source.inputs.push_back(routes_->spill->LinesPath(partition));
      source.groups.push_back(partition);
    }
    return Source::Open(std::move(source), cancel_);
  }

  SourceOptions ReadingOptions() const {
    SourceOptions source;
    source.line_bytes_max = options_.limits.line_bytes;
    source.decompression_ratio_max = options_.limits.decompression_ratio;
    source.decompressed_bytes_max = options_.limits.decompressed_bytes;
    source.remote = options_.remote;
    source.readahead_bytes = std::min<uint64_t>(256ull << 20, options_.memory_bytes / 4);
    return source;
  }

  Result<std::unique_ptr<Source>> OpenInputs() {
    SourceOptions source = ReadingOptions();
    input_of_.clear();
    for (uint32_t i = 0; i < paths_.size(); ++i) {
      if (std::binary_search(failed_.begin(), failed_.end(), i)) continue;
      source.inputs.push_back(paths_[i]);
      if (!options_.input_names.empty()) source.names.push_back(options_.input_names[i]);
      if (!options_.input_ranges.empty()) source.ranges.push_back(options_.input_ranges[i]);
      source.groups.push_back(plan_.group_of_input[i]);
      input_of_.push_back(i);
    }
    if (!spool_directory_.empty()) source.stdin_spool_path = spool_directory_ + "/stdin";
    return Source::Open(std::move(source), cancel_);
  }

  Result<ObservedNode> FirstSchema(Source* source) {
    ObservedNode schema = GivenSchema(options_);
    VARVE_ASSIGN_OR_RETURN(const std::vector<std::string> samples,
                           source->Sample(kSamples, kSampleBytes));
    ForeseeRows(samples);
    if (options_.observed.has_value()) {
      schema = *options_.observed;
    } else if (options_.mode == SchemaMode::kEvolve) {
      schema = Observe(samples, schema);
    }
    ApplyCasts(options_.casts, &schema);
    return schema;
  }

  // Segments are cut to 128 MiB at most (see Source): that many bytes of lines like the sampled
  // ones.
  void ForeseeRows(const std::vector<std::string>& samples) {
    uint64_t bytes = 0;
    uint64_t lines = 0;
    for (const std::string& sample : samples) {
      bytes += sample.size();
      lines += static_cast<uint64_t>(std::count(sample.begin(), sample.end(), '\n'));
    }
    if (bytes != 0) expected_rows_ = static_cast<uint32_t>(kSegmentBytes * lines / bytes);
  }

  // What the samples show, one after the other: what the first showed is not new in the second.
  ObservedNode Observe(const std::vector<std::string>& samples, const ObservedNode& schema) const {
    class Ignore : public RowSink {
      void OnBadLine(BadLine) override {}
      void OnRowGroup(RowGroup) override {}
    } ignore;
    RowParserOptions parser_options = ParserOptions(options_);
    parser_options.pages.discard = true;
    parser_options.source_columns = false;
    RowParser parser(parser_options, schema, &ignore);
    std::string padded;
    for (const std::string& lines : samples) {
      padded.assign(lines);
      padded.push_back('\n');
      padded.append(kBlockPadding, '\0');
      Block block;
      block.data = padded.data();
      block.size = lines.size();
      parser.ParseBlock(block, 0, "");
    }
    return parser.Observed();
  }

  Result<std::unique_ptr<Attempt>> RunAttempt(const Attempt* previous) {
    const bool fails_anew = new_failures_;
    if (RoutesByColumn() && (!routes_.has_value() || fails_anew)) VARVE_RETURN_IF_ERROR(Route());
    const RoutedLines* const routed = routes_.has_value() ? &routes_->lines : nullptr;
    VARVE_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source,
                           routed != nullptr ? OpenSpill() : OpenInputs());
    if (progress_ != nullptr) progress_->bytes_total = source->stored_bytes();
    ObservedNode schema;
    if (previous != nullptr && fails_anew) {
      VARVE_ASSIGN_OR_RETURN(schema, FirstSchema(source.get()));
    } else if (previous != nullptr) {
      schema = previous->observed();
    } else {
      VARVE_ASSIGN_OR_RETURN(schema, FirstSchema(source.get()));
    }
    PassOptions pass;
    pass.parser = ParserOptions(options_);
    pass.parser.pages.discard = !writes_;
    pass.parser.pages.expected_rows = expected_rows_;
    pass.threads = ThreadsOf(options_);
    pass.columns_max = options_.limits.columns;
    pass.needs_line_numbers = options_.source_column && routed == nullptr;
    if (options_.source_column) pass.routed = routed;

    std::vector<std::string> names;
    for (const uint32_t input : input_of_) names.push_back(Name(input));
    if (routed != nullptr) {
      pass.origin_names = names;
      pass.parser.pages.expected_rows = std::min(expected_rows_, RowsPerPartition());
    }

    AttemptOptions attempt_options;
    attempt_options.schema = SchemaOptions(options_);
    attempt_options.pages = pass.parser.pages;
    attempt_options.directories =
        routed != nullptr ? routes_->directories : plan_.directory_of_group;
    attempt_options.names = names;
    attempt_options.input_of = input_of_;
    attempt_options.routed = routed;
    attempt_options.schema_is_final = options_.mode != SchemaMode::kEvolve ||
                                      options_.observed.has_value() ||
                                      (previous != nullptr && !fails_anew);
    attempt_options.writes = writes_;
    // What is held back is not on its way.
    const uint64_t share = options_.remote_output != nullptr ? 16 : 4;
    attempt_options.held_bytes_max = options_.memory_bytes / share;
    auto attempt = std::make_unique<Attempt>(options_, std::move(attempt_options), schema);

    VARVE_RETURN_IF_ERROR(attempt->Begin());
    VARVE_RETURN_IF_ERROR(
        RunPass(source.get(), names, schema, pass, attempt.get(), progress_, cancel_));
    new_failures_ = false;
    if (routed == nullptr) {
      CollectUnreadable(*source);
    } else if (const std::vector<SourceError> errors = source->errors(); !errors.empty()) {
      return Error{Code::kIo, errors.front().message};
    }
    CollectTooManyErrors(*attempt);
    if (!new_failures_) VARVE_RETURN_IF_ERROR(attempt->Finish());
    return attempt;
  }

  // After reading the inputs: those that could not be read are left out of the next pass.
  void CollectUnreadable(const Source& source) {
    for (const SourceError& error : source.errors()) {
      const bool damaged = error.code.starts_with("corrupt") || error.code.starts_with("truncated");
      Fail(input_of_[error.file], error.offset, error.code,
           error.message +
               (damaged ? "; get the file again from where it came, or leave it out" : ""));
    }
    std::sort(failed_.begin(), failed_.end());
    bytes_in_ = 0;
    for (uint32_t i = 0; i < input_of_.size(); ++i) bytes_in_ += source.stored_bytes_of(i);
    RememberRereadPaths(source);
  }

  // Inputs that had too many bad lines are left out too.
  void CollectTooManyErrors(const Attempt& attempt) {
    for (uint32_t i = 0; i < input_of_.size(); ++i) {
      const LineCounts& counts = attempt.counts()[i];
      const MaxErrors& limit = options_.max_errors;
      const bool too_many = (limit.count.has_value() && counts.quarantined > *limit.count) ||
                            (limit.percent.has_value() && counts.lines > 0 &&
                             static_cast<double>(counts.quarantined) * 100 >
                                 *limit.percent * static_cast<double>(counts.lines));
      if (!too_many) continue;
      Fail(input_of_[i], 0, "too_many_errors",
           Name(input_of_[i]) + ": " + std::to_string(counts.quarantined) + " of " +
               std::to_string(counts.lines) +
               " lines are bad, more than --max-errors allows; mend the file or raise the limit");
    }
    std::sort(failed_.begin(), failed_.end());
  }

  void Fail(uint32_t input, uint64_t offset, const std::string& code, const std::string& message) {
    if (std::find(failed_.begin(), failed_.end(), input) != failed_.end()) return;
    failed_.push_back(input);
    failures_.push_back({Name(input), 0, offset, code, message});
    outcomes_[input].error_code = code;
    outcomes_[input].error = message;
    new_failures_ = true;
  }

  void RememberRereadPaths(const Source& source) {
    for (uint32_t i = 0; i < input_of_.size(); ++i) {
      const std::string path = source.reread_path(i);
      if (!path.empty()) paths_[input_of_[i]] = path;
    }
  }

  bool NothingLeft() const { return failed_.size() >= options_.inputs.size(); }

  Status CheckSomethingLeft() const {
    if (!NothingLeft()) return Ok{};
    const LineError& first = failures_.front();
    std::string message = first.message;
    if (first.offset != 0) message += " (byte offset " + std::to_string(first.offset) + ")";
    if (failures_.size() > 1) {
      message += " (and " + std::to_string(failures_.size() - 1) + " more inputs failed)";
    }
    return Error{Code::kCorrupt, message + "; no input is left to convert"};
  }

  const ConvertOptions& options_;
  const bool writes_;
  Progress* progress_;
  const std::atomic<bool>* cancel_;
  PartitionPlan plan_;
  std::optional<ColumnRoutes> routes_;  // of the inputs in input_of_
  std::vector<std::string> paths_;      // of each input, to open it by
  std::string spool_directory_;
  std::vector<uint32_t> input_of_;  // index in the source -> input
  std::vector<uint32_t> failed_;    // inputs left out, sorted
  std::vector<LineError> failures_;
  std::vector<InputOutcome> outcomes_;  // of each input
  bool new_failures_ = false;
  uint64_t bytes_in_ = 0;
  uint32_t expected_rows_ = 0;
};

}  // namespace

Result<ConvertSummary> Convert(const ConvertOptions& options, Progress* progress,
                               const std::atomic<bool>* cancel) {
  return Conversion(options, true, progress, cancel).Run();
}

Result<Schema> SchemaOf(const ConvertOptions& options, const ObservedNode& observed) {
  ObservedNode all = GivenSchema(options);
  all.Merge(observed);
  ApplyCasts(options.casts, &all);
  VARVE_ASSIGN_OR_RETURN(OutputSchema output, MakeOutputSchema(all, SchemaOptions(options)));
  Schema schema = std::move(output.schema);
  schema.fields.resize(schema.fields.size() - ExtraFields(options).size());
  return schema;
}

Result<InferSummary> InferSchema(const ConvertOptions& options, Progress* progress,
                                 const std::atomic<bool>* cancel) {
  VARVE_ASSIGN_OR_RETURN(const ConvertSummary summary,
                         Conversion(options, false, progress, cancel).Run());
  InferSummary inferred;
  inferred.schema = summary.schema;
  inferred.files = summary.files;
  inferred.lines = summary.lines;
  inferred.quarantined = summary.quarantined;
  inferred.blank = summary.blank;
  inferred.errors = summary.errors;
  return inferred;
}

}  // namespace varve
