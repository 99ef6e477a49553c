#include "cli/directory_state.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <vector>

#include "adapters/local/sqlite_execution_store.h"
#include "adapters/local/sqlite_file_tracker.h"
#include "adapters/local/sqlite_queue.h"
#include "adapters/local/sqlite_schema_ledger.h"
#include "base/clock.h"
#include "cli/directories.h"
#include "etl/parquet/output_file.h"

namespace varve::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabase = "varve.db";
constexpr const char* kPipelines = "pipelines";
constexpr uint32_t kReceivesMax = 10;

Status WriteWhole(const std::string& path, const std::string& text) {
  VARVE_ASSIGN_OR_RETURN(parquet::OutputFile file, parquet::OutputFile::Create(path));
  VARVE_RETURN_IF_ERROR(file.Append({reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
  VARVE_RETURN_IF_ERROR(file.Close());
  return file.Publish();
}

}  // namespace

Result<std::unique_ptr<DirectoryState>> DirectoryState::Open(const std::string& directory) {
  VARVE_RETURN_IF_ERROR(MakeDirectory((fs::path(directory) / kPipelines).string()));
  VARVE_ASSIGN_OR_RETURN(auto database,
                         SqliteDatabase::Open((fs::path(directory) / kDatabase).string()));
  return std::unique_ptr<DirectoryState>(new DirectoryState(directory, std::move(database)));
}

Status DirectoryState::Save(const RunConfig& config) {
  const fs::path pipelines = fs::path(directory_) / kPipelines;
  for (const ConfiguredPipeline& pipeline : config.pipelines) {
    const std::string path = (pipelines / (pipeline.options.name() + ".toml")).string();
    VARVE_RETURN_IF_ERROR(WriteWhole(path, PipelineToToml(pipeline.values)));
  }
  return Ok{};
}

Result<RunConfig> DirectoryState::Load() {
  std::vector<std::string> paths;
  std::error_code failed;
  for (fs::directory_iterator at(fs::path(directory_) / kPipelines, failed), end;
       !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == ".toml") paths.push_back(at->path().string());
  }
  if (failed || paths.empty()) {
    return Error{Code::kNotFound,
                 directory_ + " holds no state of `varve run`; check --state (or --config)"};
  }
  std::sort(paths.begin(), paths.end());
  RunConfig config;
  for (const std::string& path : paths) {
    VARVE_ASSIGN_OR_RETURN(RunConfig one, LoadRunConfig(path));
    std::move(one.pipelines.begin(), one.pipelines.end(), std::back_inserter(config.pipelines));
  }
  return config;
}

StateAdapters DirectoryState::Adapters(const std::string& pipeline) {
  StateAdapters adapters;
  adapters.tracker = std::make_unique<SqliteFileTracker>(*database_);
  adapters.queue = std::make_unique<SqliteQueue>(*database_, pipeline, SystemClock(), kReceivesMax);
  adapters.ledger = std::make_unique<SqliteSchemaLedger>(*database_);
  adapters.executions = std::make_unique<SqliteExecutionStore>(*database_);
  return adapters;
}

}  // namespace varve::cli
