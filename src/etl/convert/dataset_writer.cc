#include "etl/convert/dataset_writer.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "etl/parquet/file_writer.h"
#include "model/schema_json.h"

namespace varve {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPartitionsSyncedEach = 16;

bool IsSingleFile(const ConvertOptions& options) { return options.output.ends_with(".parquet"); }

std::string_view CodecSuffix(parquet::Codec codec) {
  switch (codec) {
    case parquet::Codec::kSnappy: return ".snappy";
    case parquet::Codec::kZstd: return ".zstd";
    case parquet::Codec::kGzip: return ".gz";
    case parquet::Codec::kLz4Raw: return ".lz4raw";
    case parquet::Codec::kNone: return "";
  }
  return "";
}

// Data files of a dataset: what readers would take as such.
bool IsDataFile(const fs::path& path) {
  return path.extension() == ".parquet" && path.filename().string()[0] != '.';
}

std::vector<std::string> DataFilesBelow(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (at->is_regular_file(failed) && IsDataFile(at->path())) files.push_back(at->path().string());
  }
  return files;
}

std::string Fingerprint(const Schema& schema) {
  const std::string text = SchemaToJson(schema);
  char hex[17];
  std::snprintf(hex, sizeof(hex), "%016llx",
                static_cast<unsigned long long>(XXH3_64bits(text.data(), text.size())));
  return hex;
}

std::vector<std::string> QuarantineFiles(const ConvertOptions& options) {
  const fs::path own = QuarantinePath(options);
  if (IsSingleFile(options)) return {own.string()};
  std::vector<std::string> files;
  std::error_code failed;
  for (fs::directory_iterator at(own.parent_path(), failed), end; !failed && at != end;
       at.increment(failed)) {
    if (at->path().extension() == ".ndjson") files.push_back(at->path().string());
  }
  return files;
}

Status CheckQuarantineIsFree(const ConvertOptions& options, const std::string& remedy) {
  const std::string path = QuarantinePath(options);
  std::error_code failed;
  if (options.overwrite || !fs::exists(path, failed)) return Ok{};
  return Error{Code::kAlreadyExists, path + " holds bad lines of an earlier conversion" + remedy};
}

}  // namespace

Status CheckOutputIsFree(const ConvertOptions& options) {
  if (options.remote_output != nullptr) return Ok{};
  std::error_code failed;
  const fs::file_status status = fs::status(options.output, failed);
  const std::string remedy = "; choose another place or add --overwrite to replace it";
  if (IsSingleFile(options)) {
    if (fs::is_directory(status)) {
      return Error{Code::kInvalidArgument,
                   "output " + options.output + " is a directory; choose another name"};
    }
    if (fs::exists(status) && !options.overwrite) {
      return Error{Code::kAlreadyExists, "output " + options.output + " exists" + remedy};
    }
    return CheckQuarantineIsFree(options, remedy);
  }
  if (fs::exists(status) && !fs::is_directory(status)) {
    return Error{Code::kInvalidArgument, "output " + options.output +
                                             " is a file; name a directory, or a path ending in "
                                             ".parquet for one file"};
  }
  if (!options.overwrite && !DataFilesBelow(options.output).empty()) {
    return Error{Code::kAlreadyExists,
                 "output " + options.output + " already holds Parquet files" + remedy};
  }
  return CheckQuarantineIsFree(options, remedy);
}

std::string QuarantinePath(const ConvertOptions& options) {
  if (IsSingleFile(options)) return options.output + ".quarantine.ndjson";
  const std::string name = options.batch.empty() ? "lines" : options.batch;
  return (fs::path(options.output) / "_quarantine" / (name + ".ndjson")).string();
}

Status RemoveOldQuarantine(const ConvertOptions& options, const std::string& kept) {
  if (!options.overwrite || options.remote_output != nullptr) return Ok{};
  for (const std::string& path : QuarantineFiles(options)) {
    std::error_code failed;
    if (path != kept) fs::remove(path, failed);
    if (failed) return ErrnoError("remove", path, failed.value());
  }
  std::error_code ignored;  // the directory stays when there is something in it
  if (!IsSingleFile(options)) fs::remove(fs::path(QuarantinePath(options)).parent_path(), ignored);
  return Ok{};
}

struct DatasetWriter::State {
  const ConvertOptions& options;
  const std::vector<std::string> directories;
  const Schema schema;
  const std::string name_mapping;

  std::vector<parquet::FileWriter> closed;
  std::optional<parquet::FileWriter> open;
  std::vector<LineRange> sources;  // of the open file
  bool has_part = false;
  uint32_t group = 0;
  uint32_t part = 0;
  std::vector<std::string> made_directories;
  bool published = false;

  ~State() {
    open.reset();
    closed.clear();
    if (published) return;
    // Deepest first; directories that others have put something into stay.
    std::error_code ignored;
    for (size_t i = made_directories.size(); i-- > 0;) fs::remove(made_directories[i], ignored);
  }

  // Waiting for the disk file by file takes longer than all else once there are many.
  parquet::Durability durability() const {
    if (options.dry_run) return parquet::Durability::kNowhere;
    const bool many = directories.size() > kPartitionsSyncedEach;
    return many && options.remote_output == nullptr ? parquet::Durability::kByCaller
                                                    : parquet::Durability::kEachFile;
  }

  Status SyncAll() const {
    if (durability() == parquet::Durability::kEachFile || closed.empty()) return Ok{};
    return parquet::SyncFileSystem(fs::path(closed.front().path()).parent_path().string());
  }

  uint64_t OpenBytes() const { return open.has_value() ? open->size_bytes() : 0; }

  Status MakeDirectories(const fs::path& directory) {
    if (directory.empty()) return Ok{};
    std::error_code failed;
    if (fs::is_directory(directory, failed)) return Ok{};
    VARVE_RETURN_IF_ERROR(MakeDirectories(directory.parent_path()));
    if (fs::create_directory(directory, failed)) made_directories.push_back(directory.string());
    if (failed) return ErrnoError("create directory", directory.string(), failed.value());
    return Ok{};
  }

  std::string PathOfPart() const {
    if (IsSingleFile(options)) return options.output;
    char number[32];
    std::snprintf(number, sizeof(number), "part-%05u", part);
    std::string name = number;
    if (!options.batch.empty()) name += "-" + options.batch;
    name += CodecSuffix(options.compression.codec);
    return (fs::path(options.output) / directories[group] / (name + ".parquet")).string();
  }

  Status OpenPart() {
    const std::string path = PathOfPart();
    if (!options.dry_run && options.remote_output == nullptr) {
      VARVE_RETURN_IF_ERROR(MakeDirectories(fs::path(path).parent_path()));
    }
    parquet::FileWriterOptions writer_options;
    writer_options.codec = options.compression.codec;
    writer_options.durability = durability();
    writer_options.remote = options.remote_output;
    VARVE_ASSIGN_OR_RETURN(parquet::FileWriter writer,
                           parquet::FileWriter::Create(path, schema, writer_options));
    open.emplace(std::move(writer));
    return Ok{};
  }

  void AddSources(const std::vector<LineRange>& ranges) {
    for (const LineRange& range : ranges) {
      if (!sources.empty() && sources.back().file == range.file) {
        sources.back().last = range.last;
      } else {
        sources.push_back(range);
      }
    }
  }

  std::string SourcesJson() const {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const LineRange& range : sources) {
      const std::vector<std::string>& names =
          options.input_names.empty() ? options.inputs : options.input_names;
      nlohmann::ordered_json source = {{"source", names[range.file]}};
      const auto& ranges = options.input_ranges;
      const uint64_t first_byte = ranges.empty() ? 0 : ranges[range.file].begin;
      if (first_byte != 0) source["first_byte"] = first_byte;  // whence its lines are counted
      source["first_line"] = range.first;
      source["last_line"] = range.last;
      list.push_back(std::move(source));
    }
    return list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }

  Status ClosePart() {
    if (!open.has_value()) return Ok{};
    std::vector<parquet::KeyValue> key_values;
    key_values.push_back({"varve.schema_fingerprint", Fingerprint(schema)});
    key_values.push_back({"varve.sources", SourcesJson()});
    if (!options.batch.empty()) key_values.push_back({"varve.batch", options.batch});
    if (!name_mapping.empty()) key_values.push_back({"varve.name_mapping", name_mapping});
    VARVE_RETURN_IF_ERROR(open->Close(key_values));
    closed.push_back(std::move(*open));
    open.reset();
    sources.clear();
    return Ok{};
  }
};

DatasetWriter::DatasetWriter(const ConvertOptions& options, std::vector<std::string> directories,
                             Schema schema, std::string name_mapping)
    : state_(new State{options,
                       std::move(directories),
                       std::move(schema),
                       std::move(name_mapping),
                       {},
                       {},
                       {},
                       false,
                       0,
                       0,
                       {},
                       false}) {}

DatasetWriter::~DatasetWriter() = default;

Status DatasetWriter::Append(uint32_t group, parquet::EncodedRowGroup rows,
                             const std::vector<LineRange>& sources) {
  State& state = *state_;
  const bool full =
      !IsSingleFile(state.options) && state.OpenBytes() >= state.options.target_file_bytes;
  if (!state.has_part || full || group != state.group) {
    VARVE_RETURN_IF_ERROR(state.ClosePart());
    state.part = state.has_part && group == state.group ? state.part + 1 : 0;
    state.has_part = true;
    state.group = group;
    VARVE_RETURN_IF_ERROR(state.OpenPart());
  }
  state.AddSources(sources);
  return state.open->Append(std::move(rows));
}

Status DatasetWriter::Close() { return state_->ClosePart(); }

Status DatasetWriter::Publish() {
  std::vector<std::string> old;
  const ConvertOptions& options = state_->options;
  if (options.overwrite && !IsSingleFile(options) && options.remote_output == nullptr) {
    old = DataFilesBelow(options.output);
  }
  VARVE_RETURN_IF_ERROR(state_->SyncAll());
  std::set<fs::path> fresh;
  state_->published = true;
  for (parquet::FileWriter& file : state_->closed) {
    VARVE_RETURN_IF_ERROR(file.Publish());
    fresh.insert(fs::path(file.path()).lexically_normal());
  }
  VARVE_RETURN_IF_ERROR(state_->SyncAll());
  for (const std::string& path : old) {
    std::error_code failed;
    if (!fresh.contains(fs::path(path).lexically_normal())) fs::remove(path, failed);
    if (failed) return ErrnoError("remove", path, failed.value());
  }
  return Ok{};
}

std::vector<OutputFile> DatasetWriter::outputs() const {
  std::vector<OutputFile> outputs;
  for (const parquet::FileWriter& file : state_->closed) {
    outputs.push_back({file.path(), file.row_count(), file.size_bytes()});
  }
  return outputs;
}

}  // namespace varve
