// Deps: everything a pipeline reaches the world through. All of it must outlive the pipeline.
#pragma once

#include <functional>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "model/schema.h"
#include "ports/execution_store.h"
#include "ports/file_tracker.h"
#include "ports/job_runner.h"
#include "ports/metrics.h"
#include "ports/notifier.h"
#include "ports/object_store.h"
#include "ports/queue.h"
#include "ports/schema_ledger.h"

namespace varve {

// The least schema that holds all values of both; commutative, associative, idempotent.
using SchemaJoin = std::function<Result<Schema>(const Schema&, const Schema&)>;

struct Deps {
  ObjectStore& input;
  ObjectStore& output;
  ObjectStore& manifests;
  Queue& queue;
  FileTracker& tracker;
  JobRunner& jobs;
  ExecutionStore& executions;
  SchemaLedger& schemas;
  Notifier& notifier;
  Metrics& metrics;
  Log& log;
  const Clock& clock;
  Random& random;
  SchemaJoin join;
};

}  // namespace varve
