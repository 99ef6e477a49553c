// LineEngine: the JobRunner of one simulated process. Its jobs take time, fail halfway when the
// store does, and die with their process; a process whose lease was lost lets them run on.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "ports/job_runner.h"
#include "ports/object_store.h"
#include "sim/world.h"

namespace varve::sim {

// The process dies here.
struct Crash {};

class LineEngine : public JobRunner {
 public:
  // `input` and `output` are those of the process, with its faults.
  LineEngine(World& world, ObjectStore& input, ObjectStore& output)
      : world_(world), input_(input), output_(output) {}

  Status Start(std::string_view name, const Manifest& manifest) override;
  Result<JobStatus> Describe(std::string_view name) override;
  Status Stop(std::string_view name) override;

  // Ends the jobs whose time has come. Throws Crash.
  void RunDue();
  int64_t NextDue() const;  // true time; INT64_MAX: none
  // A whole job at this moment. Throws Crash.
  Status Convert(const std::string& name, const Manifest& manifest, JobResult* result);

 private:
  struct Job {
    Manifest manifest;
    int64_t due_us = 0;
    JobStatus status;
  };
  struct Made;

  void Run(const std::string& name, Job& job);
  Status ConvertFile(const ManifestFile& file, Made* made, JobResult* result);
  Status Stage(const std::string& name, const std::string& key, const std::string& content,
               bool quarantine, JobResult* result);

  World& world_;
  ObjectStore& input_;
  ObjectStore& output_;
  std::map<std::string, Job, std::less<>> jobs_;
};

}  // namespace varve::sim
