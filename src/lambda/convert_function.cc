// convert: the native engine on one job document, in the function's own memory and disk.
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "adapters/local/engine_job.h"
#include "lambda/function.h"
#include "lambda/job_document.h"
#include "pipeline/batch_memory.h"

namespace varve::lambda {
namespace {

using nlohmann::json;

constexpr uint64_t kDocumentBytesMax = uint64_t{64} << 20;
constexpr int64_t kReserveUs = 10 * kMicrosPerSecond;  // before the deadline, to end in good order

// Cancels shortly before the deadline: killed in the middle, nobody would learn why.
class Alarm {
 public:
  Alarm(const Clock& clock, int64_t deadline_us) {
    if (deadline_us == 0) return;
    const int64_t left_us = std::max<int64_t>(0, deadline_us - kReserveUs - clock.NowUs());
    thread_ = std::thread([this, left_us] {
      std::unique_lock lock(mutex_);
      const auto left = std::chrono::microseconds(left_us);
      if (!done_.wait_for(lock, left, [this] { return is_done_; })) cancel_ = true;
    });
  }
  ~Alarm() {
    {
      const std::lock_guard lock(mutex_);
      is_done_ = true;
    }
    done_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  const std::atomic<bool>& cancel() const { return cancel_; }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  bool is_done_ = false;
  std::atomic<bool> cancel_{false};
  std::thread thread_;
};

// The one schema that the document brings, as the ledger that jobs ask.
class DocumentLedger : public SchemaLedger {
 public:
  explicit DocumentLedger(SchemaVersion version) : version_(std::move(version)) {}
  Result<SchemaVersion> Latest(std::string_view) override { return version_; }
  Result<std::vector<SchemaVersion>> Versions(std::string_view) override {
    return std::vector<SchemaVersion>{version_};
  }
  Status Append(std::string_view, const SchemaVersion&) override {
    return Error{Code::kInternal, "a job appends no schema"};
  }

 private:
  const SchemaVersion version_;
};

Result<JobResult> RunJob(FunctionContext& context, const JobDocument& document,
                         int64_t deadline_us) {
  EngineJobOptions options;
  VARVE_ASSIGN_OR_RETURN(options.convert, context.read_conversion(document.conversion));
  options.work_directory = context.work_directory;
  DocumentLedger ledger(document.schema);
  const std::string directory = (std::filesystem::path(context.work_directory) / "job").string();
  const Alarm alarm(context.deps.clock, deadline_us);
  auto result = RunEngineJob(options, document.job, document.manifest, directory,
                             &context.deps.input, &context.deps.output, &ledger, &alarm.cancel());
  if (result.ok() || !alarm.cancel()) return result;
  return Error{Code::kLimit,
               "the batch could not be converted in the function's time; raise its timeout or "
               "memory, or lower VARVE_GLUE_ABOVE_BYTES so that Glue takes batches of this size"};
}

Result<std::string> Convert(FunctionContext& context, const Invocation& invocation) {
  const json event = json::parse(invocation.event, nullptr, false);
  const std::string job = event.is_object() ? event.value("job", "") : "";
  if (job.empty()) return Error{Code::kInvalidArgument, "the event names no job"};
  VARVE_ASSIGN_OR_RETURN(const std::string text,
                         context.deps.output.Get(DocumentKey(job), kDocumentBytesMax));
  VARVE_ASSIGN_OR_RETURN(const JobDocument document, JobDocumentFromJson(text));
  VARVE_ASSIGN_OR_RETURN(const JobResult result, RunJob(context, document, invocation.deadline_us));
  // Last, so that it says of everything else that it is there.
  const auto put =
      context.deps.output.Put(ResultKey(job), EncodeResult(result), PutCondition::kAlways);
  if (!put.ok()) return put.error();
  return json({{"job", job}, {"outputs", result.outputs.size()}}).dump();
}

}  // namespace

Function ConvertFunction(FunctionContext& context) {
  return [&context](const Invocation& invocation) { return Convert(context, invocation); };
}

}  // namespace varve::lambda
