#include "testing/fake_job_runner.h"

#include <utility>

namespace varve {

Status FakeJobRunner::Start(std::string_view name, const Manifest& manifest) {
  const std::lock_guard lock(mutex_);
  if (jobs_.contains(name)) return Ok{};
  started_.emplace_back(name);
  jobs_.emplace(name, Job{script_(name, manifest), polls_});
  return Ok{};
}

Result<JobStatus> FakeJobRunner::Describe(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto job = jobs_.find(name);
  if (job == jobs_.end()) return Error{Code::kNotFound, "no job " + std::string(name)};
  if (job->second.polls_left == 0) return job->second.end;
  job->second.polls_left -= 1;
  return JobStatus{};
}

Status FakeJobRunner::Stop(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto job = jobs_.find(name);
  if (job == jobs_.end() || job->second.polls_left == 0) return Ok{};
  job->second = Job{JobStatus{JobState::kFailed, Code::kCancelled, "stopped", {}}, 0};
  return Ok{};
}

void FakeJobRunner::SetPolls(int polls) {
  const std::lock_guard lock(mutex_);
  polls_ = polls;
}

void FakeJobRunner::SetScript(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

void FakeJobRunner::ForgetAll() {
  const std::lock_guard lock(mutex_);
  jobs_.clear();
}

std::vector<std::string> FakeJobRunner::Started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

}  // namespace varve
