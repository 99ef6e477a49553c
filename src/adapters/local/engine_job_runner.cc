#include "adapters/local/engine_job_runner.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/local/engine_job.h"

namespace varve {
namespace {

namespace fs = std::filesystem;

constexpr size_t kEndedRemembered = 1'000;
constexpr const char* kLockName = "lock";

// A directory of this process's own, locked while it lives. The lock, unlike a process id, cannot
// be taken for somebody else's.
class PrivateDirectory {
 public:
  static Result<PrivateDirectory> Make(const std::string& parent) {
    std::error_code failed;
    fs::create_directories(parent, failed);
    if (failed) return ErrnoError("create directory", parent, failed.value());
    RemoveAbandoned(parent);
    std::string pattern = (fs::path(parent) / "new-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) return ErrnoError("create directory", pattern);
    const int lock = OpenLock(pattern);
    if (lock < 0) return ErrnoError("lock", pattern);
    // Only now, locked, does it have a name that others would remove.
    std::string path = (fs::path(parent) / ("run-" + pattern.substr(pattern.size() - 6))).string();
    fs::rename(pattern, path, failed);
    if (failed) return ErrnoError("rename", pattern, failed.value());
    return PrivateDirectory(std::move(path), lock);
  }

  PrivateDirectory(PrivateDirectory&& other) noexcept
      : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
  PrivateDirectory& operator=(PrivateDirectory&&) = delete;
  ~PrivateDirectory() {
    if (lock_ < 0) return;
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    close(lock_);
  }

  const std::string& path() const { return path_; }

 private:
  PrivateDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  // The locked descriptor, or -1 when another process holds it or the directory is gone.
  static int OpenLock(const fs::path& directory) {
    const int fd = open((directory / kLockName).c_str(), O_RDWR | O_CLOEXEC | O_CREAT, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
  }

  // Of processes that were killed. One without its lock was being removed by them.
  static void RemoveAbandoned(const std::string& parent) {
    std::error_code failed;
    for (fs::directory_iterator at(parent, failed), end; !failed && at != end;
         at.increment(failed)) {
      if (!at->path().filename().string().starts_with("run-")) continue;
      const int lock = OpenLock(at->path());
      if (lock < 0) continue;
      std::error_code ignored;
      fs::remove_all(at->path(), ignored);
      close(lock);
    }
  }

  std::string path_;
  int lock_;
};

struct JobEntry {
  std::string name;
  Manifest manifest;
  std::string directory;
  std::atomic<bool> cancel{false};
  JobStatus status;  // guarded by State::mutex
};

}  // namespace

struct EngineJobRunner::State {
  State(EngineJobOptions job_options, PrivateDirectory own, ObjectStore* in, ObjectStore* out,
        SchemaLedger* schemas)
      : options(std::move(job_options)),
        directory(std::move(own)),
        input(in),
        output(out),
        ledger(schemas) {}

  void Work() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return closing || !waiting.empty(); });
      if (waiting.empty()) return;
      const std::shared_ptr<JobEntry> job = waiting.front();
      waiting.pop_front();
      lock.unlock();
      JobStatus status = Run(*job);
      lock.lock();
      End(job.get(), std::move(status));
      lock.unlock();
      if (options.on_end != nullptr) options.on_end();
      lock.lock();
    }
  }

  JobStatus Run(const JobEntry& job) const {
    Result<JobResult> result =
        job.cancel ? Result<JobResult>(Error{Code::kCancelled, "stopped before it began"})
                   : RunEngineJob(options, job.name, job.manifest, job.directory, input, output,
                                  ledger, &job.cancel);
    JobStatus status;
    if (result.ok()) {
      status.state = JobState::kSucceeded;
      status.result = std::move(result).value();
    } else {
      status.state = JobState::kFailed;
      status.code = result.error().code;
      status.error = result.error().message;
    }
    return status;
  }

  // With the mutex held.
  void End(JobEntry* job, JobStatus status) {
    job->status = std::move(status);
    --unfinished;
    ended.push_back(job->name);
    if (ended.size() <= kEndedRemembered) return;
    jobs.erase(ended.front());
    ended.pop_front();
  }

  const EngineJobOptions options;
  const PrivateDirectory directory;
  ObjectStore* const input;
  ObjectStore* const output;
  SchemaLedger* const ledger;

  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::shared_ptr<JobEntry>, std::less<>> jobs;
  std::deque<std::shared_ptr<JobEntry>> waiting;
  std::deque<std::string> ended;  // oldest first
  int unfinished = 0;
  uint64_t started = 0;
  bool closing = false;
  std::vector<std::thread> threads;
};

EngineJobRunner::EngineJobRunner(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<EngineJobRunner>> EngineJobRunner::Open(EngineJobOptions options,
                                                               ObjectStore* input,
                                                               ObjectStore* output,
                                                               SchemaLedger* ledger) {
  options.jobs_max = std::max(1, options.jobs_max);
  VARVE_ASSIGN_OR_RETURN(PrivateDirectory directory,
                         PrivateDirectory::Make(options.work_directory));
  auto state =
      std::make_unique<State>(std::move(options), std::move(directory), input, output, ledger);
  State* shared = state.get();
  std::unique_ptr<EngineJobRunner> runner(new EngineJobRunner(std::move(state)));
  for (int i = 0; i < shared->options.jobs_max; ++i) {
    shared->threads.emplace_back([shared] { shared->Work(); });
  }
  return runner;
}

EngineJobRunner::~EngineJobRunner() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
    for (const auto& [name, job] : state_->jobs) job->cancel = true;
  }
  state_->changed.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

Status EngineJobRunner::Start(std::string_view name, const Manifest& manifest) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  if (state.jobs.contains(name)) return Ok{};
  if (state.unfinished >= state.options.jobs_max) {
    return Error{Code::kThrottled, "all " + std::to_string(state.options.jobs_max) +
                                       " jobs that may run at a time are running"};
  }
  auto job = std::make_shared<JobEntry>();
  job->name = name;
  job->manifest = manifest;
  job->directory = (fs::path(state.directory.path()) / std::to_string(++state.started)).string();
  state.jobs.emplace(name, job);
  state.waiting.push_back(std::move(job));
  ++state.unfinished;
  state.changed.notify_one();
  return Ok{};
}

Result<JobStatus> EngineJobRunner::Describe(std::string_view name) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->jobs.find(name);
  if (found == state_->jobs.end()) {
    return Error{Code::kNotFound, "no job is called " + std::string(name)};
  }
  return found->second->status;
}

Status EngineJobRunner::Stop(std::string_view name) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->jobs.find(name);
  if (found != state_->jobs.end()) found->second->cancel = true;
  return Ok{};
}

}  // namespace varve
