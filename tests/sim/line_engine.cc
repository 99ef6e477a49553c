#include "sim/line_engine.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "model/names.h"

namespace varve::sim {

struct LineEngine::Made {
  std::map<std::string, std::string> parts;  // partition date -> rows
  std::string quarantine;
  std::set<std::string> columns;
};

Status LineEngine::Start(std::string_view name, const Manifest& manifest) {
  if (jobs_.find(name) != jobs_.end()) return Ok{};
  Job job;
  job.manifest = manifest;
  job.due_us = world_.now();
  if (world_.schedule.job_us_max > 0) {
    job.due_us += static_cast<int64_t>(
        world_.random.Below(static_cast<uint64_t>(world_.schedule.job_us_max)));
  }
  jobs_.emplace(std::string(name), std::move(job));
  return Ok{};
}

Result<JobStatus> LineEngine::Describe(std::string_view name) {
  const auto found = jobs_.find(name);
  if (found == jobs_.end()) return Error{Code::kNotFound, "no job " + std::string(name)};
  return found->second.status;
}

Status LineEngine::Stop(std::string_view name) {
  const auto found = jobs_.find(name);
  // One stop in two comes too late to be heard.
  if (found == jobs_.end() || world_.random.Below(2) == 0) return Ok{};
  if (found->second.status.state == JobState::kRunning) {
    found->second.status.state = JobState::kFailed;
    found->second.status.code = Code::kCancelled;
    found->second.status.error = "stopped";
  }
  return Ok{};
}

int64_t LineEngine::NextDue() const {
  int64_t next_us = std::numeric_limits<int64_t>::max();
  for (const auto& [name, job] : jobs_) {
    if (job.status.state == JobState::kRunning) next_us = std::min(next_us, job.due_us);
  }
  return next_us;
}

void LineEngine::RunDue() {
  for (auto& [name, job] : jobs_) {
    if (job.status.state == JobState::kRunning && job.due_us <= world_.now()) Run(name, job);
  }
}

void LineEngine::Run(const std::string& name, Job& job) {
  JobResult result;
  const Status converted = Convert(name, job.manifest, &result);
  if (converted.ok()) {
    job.status.state = JobState::kSucceeded;
    job.status.result = std::move(result);
  } else {
    job.status.state = JobState::kFailed;
    job.status.code = converted.error().code;
    job.status.error = converted.error().message;
  }
}

Status LineEngine::ConvertFile(const ManifestFile& file, Made* made, JobResult* result) {
  const auto head = input_.Head(file.ref.key);
  if (!head.ok() && head.error().code != Code::kNotFound) return head.error();
  if (!head.ok() || head->ref != file.ref) {
    result->outcomes.push_back({file.ref, {}, "that version is gone"});
    result->missing.push_back(file.ref);
    return Ok{};
  }
  // Its version was just looked at, and the truth about it is known.
  const SourceFile source = world_.Truth(file.ref);
  if (source.order == "poison") return Error{Code::kInternal, "the engine choked"};
  if (source.order == "killer") throw Crash();
  if (source.order == "corrupt") {
    result->outcomes.push_back({file.ref, {}, "corrupt stream"});
    return Ok{};
  }
  const std::string name = file.ref.key + "\t" + file.ref.version + "\t";
  for (const uint64_t line : source.row_lines) {
    made->parts[file.partition_date] += name + std::to_string(line) + "\x1e";
  }
  for (const uint64_t line : source.bad_lines) {
    made->quarantine += name + std::to_string(line) + "\x1e";
  }
  made->columns.insert(source.columns.begin(), source.columns.end());
  result->outcomes.push_back({file.ref, source.counts, ""});
  return Ok{};
}

Status LineEngine::Stage(const std::string& name, const std::string& key,
                         const std::string& content, bool quarantine, JobResult* result) {
  BatchOutput output;
  output.staged_key = StagingPrefix(name) + key;
  output.final_key = "out/" + key;
  output.rows =
      quarantine ? 0 : static_cast<uint64_t>(std::count(content.begin(), content.end(), '\x1e'));
  output.size_bytes = content.size();
  output.hash = HashOf(content);
  output.quarantine = quarantine;
  const auto put = output_.Put(output.staged_key, content, PutCondition::kAlways);
  if (!put.ok()) return put.error();
  result->outputs.push_back(std::move(output));
  return Ok{};
}

Status LineEngine::Convert(const std::string& name, const Manifest& manifest, JobResult* result) {
  Made made;
  for (const ManifestFile& file : manifest.files) {
    VARVE_RETURN_IF_ERROR(ConvertFile(file, &made, result));
  }
  const auto schema = world_.schemas.Latest(manifest.pipeline);
  const std::set<std::string> known = ColumnsOf(schema->schema);
  made.columns.insert(known.begin(), known.end());
  result->schema = SchemaOf(made.columns);
  for (const auto& [date, rows] : made.parts) {
    VARVE_RETURN_IF_ERROR(Stage(name, "day=" + date + "/" + OutputName(manifest.batch, 0, ".rows"),
                                rows, false, result));
  }
  if (made.quarantine.empty()) return Ok{};
  return Stage(name, "_quarantine/" + QuarantineName(manifest.batch), made.quarantine, true,
               result);
}

}  // namespace varve::sim
