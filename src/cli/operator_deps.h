// OperatorDeps: what the pipeline's own functions need when an operator's command calls them. There
// is nothing behind jobs, alerts and metrics: they are the running process's business.
#pragma once

#include <string>

#include "base/log.h"
#include "base/random.h"
#include "cli/pipeline_place.h"
#include "pipeline/deps.h"

namespace varve::cli {

class NoJobs : public JobRunner {
 public:
  Status Start(std::string_view, const Manifest&) override { return Refused(); }
  Result<JobStatus> Describe(std::string_view) override { return Refused(); }
  Status Stop(std::string_view) override { return Refused(); }

 private:
  static Error Refused() {
    return {Code::kInvalidArgument, "only `varve run` converts; start it, and it takes this up"};
  }
};

class NoNotifier : public Notifier {
 public:
  Status Notify(const Alert&) override { return Ok{}; }
};

class NoMetrics : public Metrics {
 public:
  void Count(std::string_view, const Labels&, double) override {}
  void Set(std::string_view, const Labels&, double) override {}
  void Observe(std::string_view, const Labels&, double) override {}
};

class NoLog : public Log {
 public:
  void Write(LogLevel, std::string_view, const LogFields&) override {}
};

// `place` must outlive it.
class OperatorDeps {
 public:
  explicit OperatorDeps(PipelinePlace& place);
  // `place`'s configuration, owned by a person: a batch that it reopens is anybody's at once.
  const PipelineConfig& config() const { return config_; }
  Deps& deps() { return deps_; }

 private:
  PipelineConfig config_;
  NoJobs jobs_;
  NoNotifier notifier_;
  NoMetrics metrics_;
  NoLog log_;
  SeededRandom random_{0};
  Deps deps_;
};

// The least schema that holds all values of both, by the rules of the pipeline's conversions.
SchemaJoin SchemaJoinOf(const PipelineOptions& options);

}  // namespace varve::cli
