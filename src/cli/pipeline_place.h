// PipelinePlace: one pipeline's adapters, opened as its options and its state say: directories or
// buckets, a database or a table, this process's workflow or AWS's.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cli/aws_session.h"
#include "cli/pipeline_state.h"
#include "ports/object_store.h"
#include "ports/workflow.h"

namespace varve::cli {

// They are thread-safe.
struct PipelinePlace {
  std::shared_ptr<PipelineState> state;  // goes last
  AwsSession* aws = nullptr;             // the state's; null: nothing of the pipeline is there
  PipelineOptions options;
  std::unique_ptr<ObjectStore> input;
  std::unique_ptr<ObjectStore> output;
  std::unique_ptr<ObjectStore> manifests;
  std::unique_ptr<FileTracker> tracker;
  std::unique_ptr<Queue> queue;
  std::unique_ptr<SchemaLedger> ledger;
  std::unique_ptr<ExecutionStore> executions;
  std::unique_ptr<Workflow> workflow;  // null: a process of `varve run` brings batches to their end
};

// Makes the directories that are not there yet, the input excepted; of AWS nothing is asked.
// kInvalidArgument: what the options ask for does not go with the state.
Result<std::unique_ptr<PipelinePlace>> OpenPipelinePlace(std::shared_ptr<PipelineState> state,
                                                         const PipelineOptions& options);

// Where jobs of the pipeline work: on the output's file system, so that publishing is a rename.
// Empty: the output is in S3, and any place will do.
std::string WorkDirectory(const PipelineOptions& options);

// A file's key, of a key or of an s3:// URL of the pipeline's input. kInvalidArgument: the URL is
// of another bucket.
Result<std::string> KeyOf(const PipelinePlace& place, const std::string& text);

}  // namespace varve::cli
