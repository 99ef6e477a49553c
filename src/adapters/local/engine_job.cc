#include "adapters/local/engine_job.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "adapters/local/file_hash.h"
#include "base/time_text.h"
#include "model/names.h"

namespace varve {
namespace {

namespace fs = std::filesystem;

std::string BatchInNames(std::string_view batch) {
  std::string name(batch);
  std::replace(name.begin(), name.end(), '/', '-');
  return name;
}

std::string Below(const std::string& prefix, const std::string& name) {
  return prefix.empty() || prefix.ends_with('/') ? prefix + name : prefix + "/" + name;
}

// Columns that conversion adds; they are no part of what was read.
bool IsAdded(const Field& field, const ConvertOptions& options) {
  const bool source = field.name == "_source" || field.name == "_line";
  const bool rescued = field.name == "_rescued";
  return (source && options.source_column) || (rescued && options.mode == SchemaMode::kRescue);
}

class Job {
 public:
  Job(const EngineJobOptions& options, const std::string& name, const Manifest& manifest,
      const std::string& directory, ObjectStore* input, ObjectStore* output, SchemaLedger* ledger,
      const std::atomic<bool>* cancel)
      : options_(options),
        name_(name),
        manifest_(manifest),
        directory_(directory),
        input_(input),
        output_(output),
        ledger_(ledger),
        cancel_(cancel) {}

  Result<JobResult> Run() {
    VARVE_ASSIGN_OR_RETURN(const SchemaVersion known,
                           FindVersion(*ledger_, manifest_.pipeline, manifest_.schema_version));
    VARVE_RETURN_IF_ERROR(Fetch());
    result_.schema = known.schema;
    if (!fetched_.empty()) VARVE_RETURN_IF_ERROR(ConvertFetched(known));
    return std::move(result_);
  }

 private:
  bool Cancelled() const { return cancel_->load(std::memory_order_relaxed); }

  // Files that cannot be brought are settled here; the others are in fetched_.
  Status Fetch() {
    for (size_t i = 0; i < manifest_.files.size(); ++i) {
      if (Cancelled()) return Error{Code::kCancelled, "stopped"};
      const ObjectRef& ref = manifest_.files[i].ref;
      result_.outcomes.push_back({ref, {}, ""});
      const std::string path = (fs::path(directory_) / ("in-" + std::to_string(i))).string();
      const Status fetched = input_->ReadFile(ref, path);
      if (fetched.ok()) {
        fetched_.push_back(i);
        paths_.push_back(path);
        continue;
      }
      const Error& error = fetched.error();
      if (IsRetryable(error.code)) return error;
      result_.outcomes.back().error = error.message;
      if (error.code == Code::kNotFound) result_.missing.push_back(ref);
    }
    return Ok{};
  }

  ConvertOptions Conversion(const SchemaVersion& known) const {
    ConvertOptions convert = options_.convert;
    convert.inputs = paths_;
    convert.output = (fs::path(directory_) / "out").string();
    convert.batch = BatchInNames(manifest_.batch);
    convert.all_may_fail = true;
    if (known.version != 0) convert.schema = known.schema;
    const bool pinned = known.pinned && convert.mode == SchemaMode::kEvolve;
    if (pinned) convert.mode = SchemaMode::kStrict;
    for (const size_t i : fetched_) {
      convert.input_names.push_back(manifest_.files[i].ref.key);
      if (convert.partition.by == PartitionBy::kArrival) {
        convert.input_dates.push_back(DayOf(manifest_.created_us));
      } else {
        convert.input_dates.push_back(manifest_.files[i].partition_date);
      }
    }
    // The day of the manifest, not of the clock: a repeated job must make the same files.
    if (convert.partition.by == PartitionBy::kArrival) {
      convert.partition.by = PartitionBy::kFilenameDate;
    }
    return convert;
  }

  Status ConvertFetched(const SchemaVersion& known) {
    const ConvertOptions convert = Conversion(known);
    VARVE_ASSIGN_OR_RETURN(const ConvertSummary summary, Convert(convert, nullptr, cancel_));
    bool any = false;
    for (size_t i = 0; i < fetched_.size(); ++i) {
      const InputOutcome& input = summary.inputs[i];
      FileOutcome& outcome = result_.outcomes[fetched_[i]];
      outcome.accounting = {input.lines, input.rows, input.quarantined, input.blank};
      if (!input.error.empty()) outcome.error = input.error_code + ": " + input.error;
      any = any || input.error.empty();
    }
    if (any) RememberSchema(summary.schema);
    for (const OutputFile& file : summary.outputs) {
      VARVE_RETURN_IF_ERROR(Stage(convert.output, file.path, file.rows, false));
    }
    for (const std::string& path : summary.quarantine) {
      VARVE_RETURN_IF_ERROR(Stage(convert.output, path, 0, true));
    }
    return Ok{};
  }

  void RememberSchema(const Schema& schema) {
    result_.schema.fields.clear();
    for (const Field& field : schema.fields) {
      if (!IsAdded(field, options_.convert)) result_.schema.fields.push_back(field);
    }
  }

  Status Stage(const std::string& root, const std::string& path, uint64_t rows, bool quarantine) {
    if (Cancelled()) return Error{Code::kCancelled, "stopped"};
    const std::string name = fs::path(path).lexically_relative(root).generic_string();
    BatchOutput output;
    output.staged_key = StagingPrefix(name_) + name;
    output.final_key = Below(manifest_.output_prefix, name);
    output.rows = rows;
    output.quarantine = quarantine;
    VARVE_ASSIGN_OR_RETURN(const FileHash hash, HashFile(path));
    output.size_bytes = hash.size_bytes;
    output.hash = hash.xxh3_128;
    VARVE_RETURN_IF_ERROR(output_->WriteFile(output.staged_key, path));
    result_.outputs.push_back(std::move(output));
    return Ok{};
  }

  const EngineJobOptions& options_;
  const std::string& name_;
  const Manifest& manifest_;
  const std::string& directory_;
  ObjectStore* input_;
  ObjectStore* output_;
  SchemaLedger* ledger_;
  const std::atomic<bool>* cancel_;
  std::vector<size_t> fetched_;     // of the manifest's files
  std::vector<std::string> paths_;  // of those in fetched_
  JobResult result_;
};

class Directory {
 public:
  explicit Directory(std::string path) : path_(std::move(path)) {}
  ~Directory() { Remove(); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  Status Make() {
    Remove();  // of a job of this name before
    std::error_code failed;
    fs::create_directories(path_, failed);
    if (failed) return ErrnoError("create directory", path_, failed.value());
    return Ok{};
  }

 private:
  void Remove() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  const std::string path_;
};

}  // namespace

Result<JobResult> RunEngineJob(const EngineJobOptions& options, const std::string& name,
                               const Manifest& manifest, const std::string& directory,
                               ObjectStore* input, ObjectStore* output, SchemaLedger* ledger,
                               const std::atomic<bool>* cancel) {
  Directory work(directory);
  VARVE_RETURN_IF_ERROR(work.Make());
  return Job(options, name, manifest, directory, input, output, ledger, cancel).Run();
}

}  // namespace varve
