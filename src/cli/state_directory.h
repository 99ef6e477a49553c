// StateDirectory: where varve keeps what it knows, and a pipeline's adapters opened from there.
//
//   varve.db             files, batches, queue, schemas, executions of all pipelines
//   pipelines/NAME.toml  how each was configured when it last ran, for the operator's commands
//
// Beside it, in each output directory: _varve/manifests/ and _varve/.work/. Several processes may
// have the same state open.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/local/sqlite_database.h"
#include "base/result.h"
#include "cli/run_config.h"
#include "ports/execution_store.h"
#include "ports/file_tracker.h"
#include "ports/object_store.h"
#include "ports/queue.h"
#include "ports/schema_ledger.h"

namespace varve::cli {

// One pipeline's adapters. They are thread-safe.
struct PipelinePlace {
  std::shared_ptr<SqliteDatabase> database;
  PipelineOptions options;
  std::unique_ptr<ObjectStore> input;
  std::unique_ptr<ObjectStore> output;
  std::unique_ptr<ObjectStore> manifests;
  std::unique_ptr<FileTracker> tracker;
  std::unique_ptr<Queue> queue;
  std::unique_ptr<SchemaLedger> ledger;
  std::unique_ptr<ExecutionStore> executions;
};

// Makes the directory and remembers the pipelines in it. kPermission, kIo.
Status SaveState(const std::string& directory, const RunConfig& config);
// The pipelines that have run with this state, by name. kNotFound: it is no state directory.
Result<RunConfig> LoadState(const std::string& directory);

// The database of a state directory, made when it is not there.
Result<std::shared_ptr<SqliteDatabase>> OpenStateDatabase(const std::string& directory);
// Makes the directories that are not there yet, the input excepted.
Result<std::unique_ptr<PipelinePlace>> OpenPipelinePlace(std::shared_ptr<SqliteDatabase> database,
                                                         const PipelineOptions& options);

// Where jobs of the pipeline work: on the output's file system, so that publishing is a rename.
std::string WorkDirectory(const PipelineOptions& options);

}  // namespace varve::cli
