#include "operate/record_json.h"

#include <algorithm>

#include "base/clock.h"
#include "base/time_text.h"

namespace varve {
namespace {

Json AccountingJson(const RowAccounting& accounting) {
  return {{"lines", accounting.lines},
          {"rows", accounting.rows},
          {"quarantined", accounting.quarantined},
          {"blank", accounting.blank}};
}

double SecondsSince(int64_t then_us, int64_t now_us) {
  if (then_us == 0) return 0;
  return static_cast<double>(std::max<int64_t>(0, now_us - then_us)) / kMicrosPerSecond;
}

}  // namespace

Json TimeOrNull(int64_t us) { return us == 0 ? Json() : Json(FormatUtc(us)); }

Json FileJson(const FileRecord& file) {
  Json json = {{"pipeline", file.pipeline},
               {"key", file.object.ref.key},
               {"version", file.object.ref.version},
               {"size_bytes", file.object.size_bytes},
               {"state", FileStateName(file.state)},
               {"batch", file.batch},
               {"attempts", file.attempts},
               {"alone", file.alone},
               {"first_seen", TimeOrNull(file.first_seen_us)},
               {"not_before", TimeOrNull(file.not_before_us)},
               {"updated", TimeOrNull(file.updated_us)}};
  json.update(AccountingJson(file.accounting));
  json["error"] = file.error;
  return json;
}

Json EventJson(const FileEvent& event) {
  return {{"at", TimeOrNull(event.at_us)},
          {"state", FileStateName(event.state)},
          {"batch", event.batch},
          {"detail", event.detail}};
}

Json BatchJson(const BatchRecord& batch) {
  Json outputs = Json::array();
  for (const BatchOutput& output : batch.outputs) {
    outputs.push_back({{"key", output.final_key},
                       {"rows", output.rows},
                       {"size_bytes", output.size_bytes},
                       {"hash", output.hash},
                       {"quarantine", output.quarantine}});
  }
  Json files = Json::array();
  for (const ObjectRef& ref : batch.files) files.push_back(ref.key);
  return {{"pipeline", batch.pipeline},
          {"batch", batch.id},
          {"state", BatchStateName(batch.state)},
          {"created", TimeOrNull(batch.created_us)},
          {"updated", TimeOrNull(batch.updated_us)},
          {"owner", batch.owner},
          {"lease_until", TimeOrNull(batch.lease_until_us)},
          {"fence", batch.fence},
          {"reruns", batch.reruns},
          {"manifest", batch.manifest_key},
          {"files", std::move(files)},
          {"outputs", std::move(outputs)},
          {"error", batch.error}};
}

Json LetterJson(const DeadLetter& letter) {
  return {{"id", letter.id},
          {"reason", letter.reason},
          {"receive_count", letter.receive_count},
          {"sent", TimeOrNull(letter.sent_us)},
          {"died", TimeOrNull(letter.died_us)},
          {"body", letter.body}};
}

Json StatsJson(const TrackerStats& stats, const QueueDepth& depth, int64_t now_us) {
  Json states = Json::object();
  for (const StateCount& count : stats.states) {
    states[std::string(FileStateName(count.state))] = {{"files", count.files},
                                                       {"bytes", count.bytes}};
  }
  Json json = {
      {"files", std::move(states)},
      {"oldest_pending_seconds", SecondsSince(stats.oldest_pending_us, now_us)},
      {"queue",
       {{"visible", depth.visible}, {"in_flight", depth.in_flight}, {"dead", depth.dead}}}};
  json.update(AccountingJson(stats.totals));
  return json;
}

Json ReprocessJson(std::string_view pipeline, const ReprocessReport& report) {
  Json refused = Json::array();
  for (const ReprocessReport::Refusal& refusal : report.refused) {
    refused.push_back({{"batch", refusal.batch}, {"reason", refusal.reason}});
  }
  return {{"pipeline", pipeline},
          {"batches", report.batches},
          {"files", report.files},
          {"refused", std::move(refused)}};
}

std::string JsonLineOf(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace varve
