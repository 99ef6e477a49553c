// FaultyPorts: the ports as one simulated process sees them. Every call goes through its FaultPlan,
// where the simulation lets it fail, die or stand still.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/deps.h"
#include "ports/workflow.h"
#include "sim/line_engine.h"
#include "sim/world.h"
#include "testing/fault_plan.h"
#include "testing/faulty_execution_store.h"
#include "testing/faulty_file_tracker.h"
#include "testing/faulty_object_store.h"
#include "testing/faulty_queue.h"

namespace varve::sim {

class TraceLog : public Log {
 public:
  TraceLog(const World& world, std::string owner) : world_(world), owner_(std::move(owner)) {}
  void Write(LogLevel level, std::string_view event, const LogFields& fields) override;

 private:
  const World& world_;
  const std::string owner_;
};

class FaultyLedger : public SchemaLedger {
 public:
  FaultyLedger(SchemaLedger& inner, FaultPlan& plan) : inner_(inner), plan_(plan) {}
  Result<SchemaVersion> Latest(std::string_view pipeline) override {
    return plan_.Run("SchemaLedger::Latest", [&] { return inner_.Latest(pipeline); });
  }
  Result<std::vector<SchemaVersion>> Versions(std::string_view pipeline) override {
    return plan_.Run("SchemaLedger::Versions", [&] { return inner_.Versions(pipeline); });
  }
  Status Append(std::string_view pipeline, const SchemaVersion& next) override {
    return plan_.Run("SchemaLedger::Append", [&] { return inner_.Append(pipeline, next); });
  }

 private:
  SchemaLedger& inner_;
  FaultPlan& plan_;
};

class FaultyWorkflow : public Workflow {
 public:
  FaultyWorkflow(Workflow& inner, FaultPlan& plan) : inner_(inner), plan_(plan) {}
  Status Start(std::string_view name, std::string_view input) override {
    return plan_.Run("Workflow::Start", [&] { return inner_.Start(name, input); });
  }
  Result<Execution> Describe(std::string_view name) override {
    return plan_.Run("Workflow::Describe", [&] { return inner_.Describe(name); });
  }
  Result<std::vector<Execution>> Running(int limit) override {
    return plan_.Run("Workflow::Running", [&] { return inner_.Running(limit); });
  }

 private:
  Workflow& inner_;
  FaultPlan& plan_;
};

class FaultyPorts {
 public:
  FaultyPorts(World& world, const std::string& owner, FaultPlan::Policy policy);

  Deps MakeDeps();
  FaultPlan& plan() { return plan_; }
  LineEngine& engine() { return engine_; }

 private:
  World& world_;
  FaultPlan plan_;
  FaultyObjectStore input_;
  FaultyObjectStore output_;
  FaultyObjectStore manifests_;
  FaultyQueue queue_;
  FaultyFileTracker tracker_;
  FaultyExecutionStore executions_;
  FaultyLedger schemas_;
  LineEngine engine_;
  TraceLog log_;
};

// What joins the schemas of the simulation: the columns of both.
Result<Schema> JoinColumns(const Schema& a, const Schema& b);

}  // namespace varve::sim
