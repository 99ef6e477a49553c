// DirectoryState: PipelineState in a directory of this machine.
//
//   varve.db             files, batches, queue, schemas, executions of all pipelines
//   pipelines/NAME.toml  how each was configured when it last ran
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "adapters/local/sqlite_database.h"
#include "cli/pipeline_state.h"

namespace varve::cli {

class DirectoryState : public PipelineState {
 public:
  // Makes what is not there. kPermission, kIo.
  static Result<std::unique_ptr<DirectoryState>> Open(const std::string& directory);

  Status Save(const RunConfig& config) override;
  Result<RunConfig> Load() override;
  StateAdapters Adapters(const std::string& pipeline) override;

 private:
  DirectoryState(std::string directory, std::unique_ptr<SqliteDatabase> database)
      : directory_(std::move(directory)), database_(std::move(database)) {}

  const std::string directory_;
  const std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace varve::cli
