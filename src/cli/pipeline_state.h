// PipelineState: where varve keeps what it knows of pipelines, whatever that is: a directory with a
// database on this machine (directory_state.h), or a table of DynamoDB (table_state.h).
//
// It also remembers how each pipeline was configured when it last ran, for the operator's commands.
// Several processes may have the same state open. Thread-safe, as are the adapters.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/result.h"
#include "cli/aws_session.h"
#include "cli/run_config.h"
#include "ports/execution_store.h"
#include "ports/file_tracker.h"
#include "ports/queue.h"
#include "ports/schema_ledger.h"

namespace varve::cli {

struct StateAdapters {
  std::unique_ptr<FileTracker> tracker;
  std::unique_ptr<Queue> queue;  // null: the state has none
  std::unique_ptr<SchemaLedger> ledger;
  std::unique_ptr<ExecutionStore> executions;
};

class PipelineState {
 public:
  virtual ~PipelineState() = default;

  // Remembers these pipelines beside those that are known. kPermission, kIo.
  virtual Status Save(const RunConfig& config) = 0;
  // All that have run, by name. kNotFound: none has.
  virtual Result<RunConfig> Load() = 0;
  // Must not outlive this.
  virtual StateAdapters Adapters(const std::string& pipeline) = 0;

  // One session for all of its pipelines, so that credentials are looked for once; opened when it
  // is first asked for. It lives as long as this. Errors as AwsSession::Open.
  Result<AwsSession*> Aws();

 protected:
  PipelineState() = default;
  explicit PipelineState(std::unique_ptr<AwsSession> aws) : aws_(std::move(aws)) {}
  // The session that was given to the constructor.
  AwsSession& opened() { return *aws_; }

 private:
  std::mutex mutex_;
  std::unique_ptr<AwsSession> aws_;  // null: nobody has asked yet
};

// `place`: a directory, or dynamodb://TABLE. kNotFound: there is no such state yet.
Result<std::shared_ptr<PipelineState>> OpenState(const std::string& place);
// The same, and makes it first when it is not there.
Result<std::shared_ptr<PipelineState>> MakeState(const std::string& place);

}  // namespace varve::cli
