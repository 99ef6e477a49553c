#include "cli/pipeline_options.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "adapters/aws/s3/s3_url.h"
#include "cli/parse_flags.h"
#include "ports/file_tracker.h"

namespace varve::cli {
namespace {

namespace fs = std::filesystem;

using Values = std::vector<std::string>;

constexpr std::string_view kDefaultSuffixes =
    ".ndjson .jsonl .json .ndjson.gz .jsonl.gz .json.gz .ndjson.zst .jsonl.zst .json.zst";

template <std::string PipelineOptions::*kMember>
Status SetText(const Values& values, PipelineOptions* options) {
  options->*kMember = values.front();
  return Ok{};
}

template <uint32_t FlushConfig::*kMember, uint64_t kMax>
Status SetFlushCount(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(const uint64_t count, ParseCount(values.front(), 1, kMax));
  options->pipeline.flush.*kMember = static_cast<uint32_t>(count);
  return Ok{};
}

template <int64_t PipelineOptions::*kMember>
Status SetDuration(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->*kMember, ParseDuration(values.front()));
  return Ok{};
}

template <int64_t RetryPolicy::*kMember>
Status SetRetryDelay(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->pipeline.file_retry.*kMember, ParseDuration(values.front()));
  return Ok{};
}

Status SetName(const Values& values, PipelineOptions* options) {
  const std::string& name = values.front();
  VARVE_RETURN_IF_ERROR(CheckBatchName(name));
  if (name.empty() || name.find('.') != name.npos) {
    return Error{Code::kInvalidArgument,
                 "\"" + name + "\" cannot name a pipeline; use letters, digits, '_' and '-'"};
  }
  options->pipeline.name = name;
  return Ok{};
}

Status SetPrefix(const Values& values, PipelineOptions* options) {
  options->pipeline.input_prefix = values.front();
  return Ok{};
}

Status SetSuffixes(const Values& values, PipelineOptions* options) {
  options->pipeline.input_suffixes = values;
  return Ok{};
}

Status SetWait(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->pipeline.flush.max_wait_us, ParseDuration(values.front()));
  return Ok{};
}

Status SetBytesMax(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->pipeline.flush.max_bytes, ParseSize(values.front()));
  return Ok{};
}

Status SetSettle(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->pipeline.settle_us, ParseDuration(values.front()));
  return Ok{};
}

Status SetAlertCommand(const Values& values, PipelineOptions* options) {
  options->alert_command = values;
  return Ok{};
}

Status SetAttemptsMax(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(const uint64_t count, ParseCount(values.front(), 1, 1'000));
  options->pipeline.attempts_max = static_cast<uint32_t>(count);
  return Ok{};
}

// A prefix below a store's root, ending in a slash; empty stays empty.
Result<std::string> PrefixBelow(std::string prefix) {
  if (prefix.empty()) return prefix;
  if (!prefix.ends_with('/')) prefix += '/';
  const fs::path path(prefix);
  if (path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end()) {
    return Error{Code::kInvalidArgument,
                 "\"" + prefix + "\" leads elsewhere; write a relative path like lake/events"};
  }
  return prefix;
}

Status SetOutputPrefix(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->pipeline.output_prefix, PrefixBelow(values.front()));
  return Ok{};
}

Status SetMoveTo(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->pipeline.move_prefix, PrefixBelow(values.front()));
  return Ok{};
}

template <typename T>
Result<T> Choose(const std::string& text,
                 const std::vector<std::pair<std::string_view, T>>& choices) {
  std::string accepted;
  for (const auto& [name, value] : choices) {
    if (text == name) return value;
    accepted += (accepted.empty() ? "" : ", ") + std::string(name);
  }
  return Error{Code::kInvalidArgument, "\"" + text + "\" is not one of " + accepted};
}

Status SetOnSuccess(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->pipeline.disposition,
                         Choose<Disposition>(values.front(), {{"keep", Disposition::kKeep},
                                                              {"tag", Disposition::kTag},
                                                              {"move", Disposition::kMove},
                                                              {"delete", Disposition::kDelete}}));
  return Ok{};
}

Status SetMode(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->convert.mode,
                         Choose<SchemaMode>(values.front(), {{"evolve", SchemaMode::kEvolve},
                                                             {"rescue", SchemaMode::kRescue},
                                                             {"strict", SchemaMode::kStrict}}));
  return Ok{};
}

Status SetTimestamps(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->convert.timestamps_as_strings,
                         Choose<bool>(values.front(), {{"auto", false}, {"string", true}}));
  return Ok{};
}

Status SetSourceColumn(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->convert.source_column,
                         Choose<bool>(values.front(), {{"true", true}, {"false", false}}));
  return Ok{};
}

Status SetPartition(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->convert.partition, ParsePartition(values.front()));
  return Ok{};
}

Status SetCompression(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->convert.compression, ParseCompression(values.front()));
  return Ok{};
}

Status SetTargetFileSize(const Values& values, PipelineOptions* options) {
  VARVE_ASSIGN_OR_RETURN(options->convert.target_file_bytes, ParseSize(values.front()));
  return Ok{};
}

Status SetMaxErrors(const Values& values, PipelineOptions* options) {
  if (values.front().empty()) return Ok{};
  VARVE_ASSIGN_OR_RETURN(options->convert.max_errors, ParseMaxErrors(values.front()));
  return Ok{};
}

Status SetCasts(const Values& values, PipelineOptions* options) {
  for (const std::string& value : values) {
    VARVE_ASSIGN_OR_RETURN(auto cast, ParseCast(value));
    options->convert.casts.push_back(std::move(cast));
  }
  return Ok{};
}

constexpr PipelineKey kKeys[] = {
    {"name", KeyKind::kText, "NAME", "main",
     "What it is called in commands, logs and metrics: letters, digits, '.', '_', '-'", false,
     false, SetName},
    {"input", KeyKind::kText, "DIR|S3_URL", "", "Where NDJSON files arrive", true, false,
     SetText<&PipelineOptions::input>},
    {"output", KeyKind::kText, "DIR|S3_URL", "", "Where Parquet files appear", true, false,
     SetText<&PipelineOptions::output>},
    {"output-prefix", KeyKind::kText, "PATH", "", "Put the dataset there, below the output", false,
     false, SetOutputPrefix},
    {"prefix", KeyKind::kText, "TEXT", "", "Only files whose path below the input begins with it",
     false, false, SetPrefix},
    {"suffixes", KeyKind::kList, "TEXT", kDefaultSuffixes,
     "Only files whose name ends in one of these", false, false, SetSuffixes},
    {"min-files", KeyKind::kNumber, "N", "10", "Convert as soon as so many files wait", false,
     false, SetFlushCount<&FlushConfig::min_files, UINT32_MAX>},
    {"max-wait", KeyKind::kText, "DURATION", "60s", "Convert as soon as a file has waited so long",
     false, false, SetWait},
    {"max-bytes", KeyKind::kText, "SIZE", "256MiB",
     "Convert as soon as so much waits; a batch is about this large at most", false, false,
     SetBytesMax},
    {"max-files", KeyKind::kNumber, "N", "90", "Most files of a batch", false, false,
     SetFlushCount<&FlushConfig::max_files, kBatchFilesMax>},
    {"partition", KeyKind::kText, "none|filename-date|arrival|column:NAME[:day|hour|month]",
     "filename-date",
     "One directory per value: filename-date takes the date in each file's name, or the day it "
     "came when there is none",
     false, false, SetPartition},
    {"compression", KeyKind::kText, "snappy|zstd[:N]|gzip[:N]|lz4_raw|none", "snappy",
     "Codec of the Parquet pages, with an optional level", false, false, SetCompression},
    {"target-file-size", KeyKind::kText, "SIZE", "512MiB", "Begin a new file beyond this size",
     false, false, SetTargetFileSize},
    {"mode", KeyKind::kText, "evolve|rescue|strict", "evolve",
     "What to do with what the schema cannot hold: widen it, move the value to the column "
     "_rescued, or quarantine the line",
     false, false, SetMode},
    {"schema", KeyKind::kText, "FILE", "",
     "The first version of the schema, as `varve schema infer` prints it", true, false,
     SetText<&PipelineOptions::schema_file>},
    {"timestamps", KeyKind::kText, "auto|string", "auto",
     "auto: columns of nothing but ISO 8601 values become timestamps or dates; string: text", false,
     false, SetTimestamps},
    {"cast", KeyKind::kList, "COL=TYPE", "", "Give a column this type", false, false, SetCasts},
    {"max-errors", KeyKind::kText, "N|P%", "",
     "Fail a file with more bad lines than this, or than this share of its lines", false, false,
     SetMaxErrors},
    {"source-column", KeyKind::kSwitch, "true|false", "false",
     "Add the columns _source (file) and _line (line number)", false, false, SetSourceColumn},
    {"attempts-max", KeyKind::kNumber, "N", "5", "Give a file up after so many failed batches",
     false, false, SetAttemptsMax},
    {"backoff", KeyKind::kText, "DURATION", "5s", "Wait before the second attempt; doubles", false,
     false, SetRetryDelay<&RetryPolicy::delay_us>},
    {"backoff-max", KeyKind::kText, "DURATION", "15m", "Longest wait between attempts", false,
     false, SetRetryDelay<&RetryPolicy::delay_max_us>},
    {"on-success", KeyKind::kText, "keep|tag|move|delete", "keep",
     "What becomes of a file once its rows are in the output", false, false, SetOnSuccess},
    {"move-to", KeyKind::kText, "PREFIX", "", "With on-success = move: where below the input",
     false, false, SetMoveTo},
    {"manifests", KeyKind::kText, "S3_URL", "",
     "With an output in S3: where manifests are kept, _varve/NAME/ in its bucket if not said",
     false, false, SetText<&PipelineOptions::manifests>},
    {"queue-url", KeyKind::kText, "URL", "",
     "With an input in S3: the SQS queue that its events go to; without one the input is listed "
     "each scan-interval",
     false, false, SetText<&PipelineOptions::queue_url>},
    {"dead-letter-queue-url", KeyKind::kText, "URL", "", "The SQS queue behind it", false, false,
     SetText<&PipelineOptions::dead_letter_queue_url>},
    {"scan-interval", KeyKind::kText, "DURATION", "5m",
     "List the input this often, for files that no event told of", false, false,
     SetDuration<&PipelineOptions::scan_every_us>},
    {"settle-time", KeyKind::kText, "DURATION", "2s",
     "A listed file counts once it has not changed for so long", false, false, SetSettle},
    {"alert-webhook", KeyKind::kText, "URL", "", "Post alerts there as JSON that chat tools take",
     false, true, SetText<&PipelineOptions::alert_webhook>},
    {"alert-command", KeyKind::kList, "WORD", "",
     "Run this program for each alert, which it gets as JSON on standard input", false, false,
     SetAlertCommand},
};

Values DefaultOf(const PipelineKey& key) {
  if (key.kind != KeyKind::kList) return {std::string(key.otherwise)};
  Values values;
  for (std::string_view rest = key.otherwise; !rest.empty();) {
    const size_t end = std::min(rest.find(' '), rest.size());
    values.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return values;
}

bool Contains(const fs::path& outer, const fs::path& inner) {
  const fs::path relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

Error At(std::string_view key, std::string_view message) {
  return {Code::kInvalidArgument, std::string(key) + ": " + std::string(message)};
}

// s3://BUCKET/PREFIX/; what is in the bucket has names that begin with the prefix.
Result<std::string> TidyUrl(const std::string& url) {
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url parsed, aws::ParseS3Url(url));
  return url + (url.ends_with('/') ? "" : "/");
}

std::string TidyDirectory(const std::string& directory) {
  std::error_code ignored;
  const fs::path path = fs::weakly_canonical(fs::absolute(directory), ignored);
  return (path.has_filename() ? path : path.parent_path()).string();
}

// Keys have no place of their own in a bucket: there they begin with that of the URL.
Status PutBelow(const std::string& place, std::initializer_list<std::string*> prefixes) {
  if (!IsInS3(place)) return Ok{};
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url url, aws::ParseS3Url(place));
  for (std::string* prefix : prefixes) prefix->insert(0, url.key);
  return Ok{};
}

Status CheckPlaces(PipelineOptions* options) {
  for (const auto& [key, place] :
       {std::pair("input", &options->input), std::pair("output", &options->output)}) {
    if (place->empty()) return At(key, "not given; name a directory, or s3://BUCKET/PREFIX/");
    auto tidy = IsInS3(*place) ? TidyUrl(*place) : TidyDirectory(*place);
    if (!tidy.ok()) return At(key, tidy.error().message);
    *place = *std::move(tidy);
  }
  if (Contains(options->input, options->output) || Contains(options->output, options->input)) {
    return At("output", "input and output are inside each other; choose separate places");
  }
  PipelineConfig& pipeline = options->pipeline;
  if (pipeline.disposition == Disposition::kMove && !pipeline.move_prefix.empty()) {
    VARVE_RETURN_IF_ERROR(PutBelow(options->input, {&pipeline.move_prefix}));
  }
  VARVE_RETURN_IF_ERROR(PutBelow(options->input, {&pipeline.input_prefix}));
  return PutBelow(options->output, {&pipeline.output_prefix});
}

Status CheckS3Keys(PipelineOptions* options) {
  if (!options->manifests.empty()) {
    if (!IsInS3(options->output)) return At("manifests", "is for an output in S3");
    if (!IsInS3(options->manifests)) return At("manifests", "is to be like s3://BUCKET/PREFIX/");
    auto tidy = TidyUrl(options->manifests);
    if (!tidy.ok()) return At("manifests", tidy.error().message);
    options->manifests = *std::move(tidy);
  }
  if (!options->queue_url.empty() && !IsInS3(options->input)) {
    return At("queue-url", "is for an input in S3; a directory is watched");
  }
  if (!options->dead_letter_queue_url.empty() && options->queue_url.empty()) {
    return At("dead-letter-queue-url", "needs a queue-url");
  }
  return Ok{};
}

Status CheckTogether(PipelineOptions* options) {
  VARVE_RETURN_IF_ERROR(CheckPlaces(options));
  VARVE_RETURN_IF_ERROR(CheckS3Keys(options));
  const PipelineConfig& pipeline = options->pipeline;
  if (pipeline.flush.min_files > pipeline.flush.max_files) {
    return At("min-files", "is more than max-files, so that no batch could ever be large enough");
  }
  if (options->convert.mode != SchemaMode::kEvolve && options->schema_file.empty()) {
    return At("mode",
              "strict and rescue need a schema; add schema = \"FILE\" (make one with `varve schema "
              "infer`)");
  }
  const bool moves = pipeline.disposition == Disposition::kMove;
  if (moves && pipeline.move_prefix.empty()) {
    return At("on-success", "move needs move-to = \"PREFIX\"");
  }
  if (!moves && !pipeline.move_prefix.empty()) {
    return At("move-to", "has no effect without on-success = \"move\"");
  }
  if (moves && pipeline.move_prefix.starts_with(pipeline.input_prefix)) {
    return At("move-to",
              "is where files are taken from (prefix), so that they would be converted again; set "
              "prefix, or move elsewhere");
  }
  if (pipeline.file_retry.delay_us > pipeline.file_retry.delay_max_us) {
    return At("backoff", "is more than backoff-max");
  }
  return Ok{};
}

std::string Quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += std::string("\\u00") + kHex[byte >> 4] + kHex[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string TomlValue(const PipelineKey& key, const Values& values) {
  if (key.kind == KeyKind::kNumber || key.kind == KeyKind::kSwitch) return values.front();
  if (key.kind == KeyKind::kText) return Quoted(values.front());
  std::string list = "[";
  for (const std::string& value : values) list += (list.size() > 1 ? ", " : "") + Quoted(value);
  return list + "]";
}

}  // namespace

bool IsInS3(std::string_view place) { return aws::IsS3Url(place); }

std::span<const PipelineKey> PipelineKeys() { return kKeys; }

const PipelineKey* FindPipelineKey(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kKeys), std::end(kKeys),
                   [name](const PipelineKey& key) { return key.name == name; });
  return found == std::end(kKeys) ? nullptr : found;
}

std::vector<std::string> ValuesOfText(std::string_view key, std::string_view text) {
  const PipelineKey* const known = FindPipelineKey(key);
  if (known != nullptr && known->kind == KeyKind::kList) return SplitList(text);
  return {std::string(text)};
}

Result<PipelineOptions> MakePipeline(const PipelineValues& values) {
  PipelineOptions options;
  for (const PipelineKey& key : kKeys) {
    const auto given = values.find(key.name);
    const Values used = given == values.end() ? DefaultOf(key) : given->second;
    if (Status set = key.set(used, &options); !set.ok()) return At(key.name, set.error().message);
  }
  VARVE_RETURN_IF_ERROR(CheckTogether(&options));
  return options;
}

Result<ConvertOptions> ReadConversion(const PipelineValues& values) {
  PipelineOptions options;
  for (const auto& [name, written] : values) {
    const PipelineKey* const key = FindPipelineKey(name);
    if (key == nullptr) return At(name, "not a key");
    if (written.empty()) continue;
    if (Status set = key->set(written, &options); !set.ok()) return At(name, set.error().message);
  }
  return std::move(options.convert);
}

std::string PipelineToToml(const PipelineValues& values) {
  std::string text = "[[pipeline]]\n";
  for (const PipelineKey& key : kKeys) {
    const auto given = values.find(key.name);
    const Values used = given == values.end() ? DefaultOf(key) : given->second;
    if (used.empty() || used.front().empty()) continue;
    if (key.is_secret) {
      text += "# " + std::string(key.name) + " is set\n";
      continue;
    }
    text += std::string(key.name) + " = " + TomlValue(key, used) + "\n";
  }
  return text;
}

}  // namespace varve::cli
