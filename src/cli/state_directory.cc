#include "cli/state_directory.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "adapters/local/directory_object_store.h"
#include "adapters/local/sqlite_execution_store.h"
#include "adapters/local/sqlite_file_tracker.h"
#include "adapters/local/sqlite_queue.h"
#include "adapters/local/sqlite_schema_ledger.h"
#include "base/clock.h"
#include "etl/parquet/output_file.h"

namespace varve::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabase = "varve.db";
constexpr const char* kPipelines = "pipelines";
constexpr uint32_t kReceivesMax = 10;

Status MakeDirectory(const fs::path& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) return ErrnoError("create directory", path.string(), failed.value());
  return Ok{};
}

Status WriteWhole(const std::string& path, const std::string& text) {
  VARVE_ASSIGN_OR_RETURN(parquet::OutputFile file, parquet::OutputFile::Create(path));
  VARVE_RETURN_IF_ERROR(file.Append({reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
  VARVE_RETURN_IF_ERROR(file.Close());
  return file.Publish();
}

}  // namespace

Status SaveState(const std::string& directory, const RunConfig& config) {
  const fs::path pipelines = fs::path(directory) / kPipelines;
  VARVE_RETURN_IF_ERROR(MakeDirectory(pipelines));
  for (const ConfiguredPipeline& pipeline : config.pipelines) {
    const std::string path = (pipelines / (pipeline.options.name() + ".toml")).string();
    VARVE_RETURN_IF_ERROR(WriteWhole(path, PipelineToToml(pipeline.values)));
  }
  return Ok{};
}

Result<RunConfig> LoadState(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code failed;
  for (fs::directory_iterator at(fs::path(directory) / kPipelines, failed), end;
       !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == ".toml") paths.push_back(at->path().string());
  }
  if (failed || paths.empty()) {
    return Error{Code::kNotFound,
                 directory + " holds no state of `varve run`; check --state (or --config)"};
  }
  std::sort(paths.begin(), paths.end());
  RunConfig config;
  for (const std::string& path : paths) {
    VARVE_ASSIGN_OR_RETURN(RunConfig one, LoadRunConfig(path));
    std::move(one.pipelines.begin(), one.pipelines.end(), std::back_inserter(config.pipelines));
  }
  return config;
}

Result<std::shared_ptr<SqliteDatabase>> OpenStateDatabase(const std::string& directory) {
  VARVE_RETURN_IF_ERROR(MakeDirectory(directory));
  VARVE_ASSIGN_OR_RETURN(auto database,
                         SqliteDatabase::Open((fs::path(directory) / kDatabase).string()));
  return std::shared_ptr<SqliteDatabase>(std::move(database));
}

Result<std::unique_ptr<PipelinePlace>> OpenPipelinePlace(std::shared_ptr<SqliteDatabase> database,
                                                         const PipelineOptions& options) {
  auto place = std::make_unique<PipelinePlace>();
  place->database = std::move(database);
  place->options = options;
  SqliteDatabase& db = *place->database;
  place->tracker = std::make_unique<SqliteFileTracker>(db);
  place->queue = std::make_unique<SqliteQueue>(db, options.name(), SystemClock(), kReceivesMax);
  place->ledger = std::make_unique<SqliteSchemaLedger>(db);
  place->executions = std::make_unique<SqliteExecutionStore>(db);
  const std::string state = options.output + "/_varve";
  VARVE_RETURN_IF_ERROR(MakeDirectory(state));
  VARVE_ASSIGN_OR_RETURN(
      place->input, DirectoryObjectStore::Open("input", options.input, ListedNames::kFinished));
  VARVE_ASSIGN_OR_RETURN(place->output,
                         DirectoryObjectStore::Open("output", options.output, ListedNames::kAll));
  VARVE_ASSIGN_OR_RETURN(place->manifests,
                         DirectoryObjectStore::Open("manifests", state, ListedNames::kAll));
  return place;
}

std::string WorkDirectory(const PipelineOptions& options) {
  return options.output + "/_varve/.work";
}

}  // namespace varve::cli
