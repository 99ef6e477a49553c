// Coordinator: one simulated process that runs the pipeline. Every call of a port goes through its
// FaultPlan, where the simulation lets it fail, die or stand still.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "pipeline/pipeline.h"
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

class Coordinator {
 public:
  Coordinator(World& world, const std::string& owner, FaultPlan::Policy policy);

  // At the time its clock shows. Throws Crash and Violation. Gives when it wants the next tick, in
  // true time.
  int64_t Tick();
  void RunJobs() { engine_.RunDue(); }
  void HandBack() { pipeline_->HandBack(world_.clock.NowUs()); }
  int64_t NextJob() const { return engine_.NextDue(); }

 private:
  Deps MakeDeps();

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
  std::unique_ptr<Pipeline> pipeline_;
};

// What joins the schemas of the simulation: the columns of both.
Result<Schema> JoinColumns(const Schema& a, const Schema& b);

}  // namespace varve::sim
