// FakeJobRunner: jobs whose end the test decides, by a function of the manifest.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "ports/job_runner.h"

namespace varve {

// Thread-safe, as far as the script is.
class FakeJobRunner : public JobRunner {
 public:
  // Says how the job `name` ends. Called by Start, once for each time a job really starts.
  using Script = std::function<JobStatus(std::string_view name, const Manifest& manifest)>;

  explicit FakeJobRunner(Script script) : script_(std::move(script)) {}

  Status Start(std::string_view name, const Manifest& manifest) override;
  Result<JobStatus> Describe(std::string_view name) override;
  Status Stop(std::string_view name) override;

  // How often Describe says "running" of a job before it tells its end. Of jobs started later.
  void SetPolls(int polls);
  void SetScript(Script script);
  // As if the process that ran the jobs had died: they are unknown now.
  void ForgetAll();
  std::vector<std::string> Started() const;  // names, in order, restarts included

 private:
  struct Job {
    JobStatus end;
    int polls_left = 0;
  };

  mutable std::mutex mutex_;
  Script script_;
  int polls_ = 0;
  std::map<std::string, Job, std::less<>> jobs_;
  std::vector<std::string> started_;
};

}  // namespace varve
