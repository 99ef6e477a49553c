#include "sim/fleet.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace varve::sim {
namespace {

using nlohmann::json;

// Of infra/template.yaml.
constexpr int64_t kBuilderTimeoutUs = 60 * kMicrosPerSecond;
constexpr int64_t kSweeperTimeoutUs = 55 * kMicrosPerSecond;
constexpr int64_t kMessageHiddenUs = 400 * kMicrosPerSecond;
constexpr int kMessagesMax = 10;

constexpr int64_t kCallUsMin = 4'000;
constexpr int64_t kCallUsMax = 20'000;
constexpr int64_t kPauseUsMax = 150 * kMicrosPerSecond;
constexpr int64_t kOutageUsMin = kMicrosPerMinute;
constexpr int64_t kOutageUsMax = 4 * kMicrosPerMinute;
constexpr int64_t kWeatherUsMax = 8 * kMicrosPerMinute;  // between outages
constexpr int64_t kFleetHealingUsMax = 4 * kMicrosPerDay;
constexpr uint64_t kInvocationsAProcess = 60;  // then Lambda takes another
constexpr uint64_t kLostAnswer =
    5;  // of 10,000: an invocation that goes on, called again meanwhile

lambda::Function (*const kTasks[])(lambda::FunctionContext&) = {
    lambda::BeginFunction, nullptr, lambda::CommitFunction, lambda::FailFunction};
constexpr int64_t kTaskTimeoutsUs[] = {60 * kMicrosPerSecond, 900 * kMicrosPerSecond,
                                       300 * kMicrosPerSecond, 300 * kMicrosPerSecond};

std::string EventOf(const std::vector<Message>& messages) {
  json records = json::array();
  for (const Message& message : messages) {
    records.push_back({{"messageId", message.id},
                       {"receiptHandle", message.receipt},
                       {"body", message.body},
                       {"attributes",
                        {{"ApproximateReceiveCount", std::to_string(message.receive_count)},
                         {"SentTimestamp", std::to_string(message.sent_us / 1000)}}}});
  }
  return json({{"Records", std::move(records)}}).dump();
}

std::set<std::string> FailuresOf(const std::string& answer) {
  std::set<std::string> ids;
  const json node = json::parse(answer);
  for (const json& failure : node.at("batchItemFailures")) {
    ids.insert(failure.at("itemIdentifier").get<std::string>());
  }
  return ids;
}

}  // namespace

Fleet::Fleet(uint64_t seed, uint64_t files, uint64_t builders, bool trace)
    : schedule_(Schedule::OfFleet(seed, files)),
      world_(schedule_),
      random_(seed * 3 + 1),
      builders_(builders),
      machine_(world_, loop_,
               [this](StateMachine::Task task, const std::string& event) {
                 return RunTask(task, event);
               }),
      loop_(world_) {
  world_.trace = trace;
}

// What a call costs: time, in which all others go on.
void Fleet::Spend(const LambdaProcess& process, int64_t us) {
  loop_.Sleep(std::min(us, std::max<int64_t>(process.deadline() - world_.now(), 0)));
  if (world_.now() >= process.deadline()) throw Crash();
}

std::optional<Fault> Fleet::FaultOf(std::string_view call) {
  auto outage = outages_.find(call);
  if (outage == outages_.end()) outage = outages_.emplace(call, 0).first;
  if (outage->second > world_.now()) return Fault{Code::kThrottled, false};
  if (!Chance(schedule_.fault)) return std::nullopt;
  switch (random_.Below(4)) {
    case 0: return Fault{Code::kIo, false};
    case 1: return Fault{Code::kIo, true};
    default: return Fault{Code::kThrottled, false};
  }
}

std::optional<Fault> Fleet::OnCall(const LambdaProcess& process, std::string_view call) {
  ++report_.calls;
  Spend(process, kCallUsMin + Below(kCallUsMax - kCallUsMin));
  if (!world_.hostile) return std::nullopt;
  if (Chance(schedule_.crash)) throw Crash();
  if (Chance(schedule_.pause)) Spend(process, Below(kPauseUsMax));
  const auto fault = FaultOf(call);
  tally_.faults += fault ? 1 : 0;
  return fault;
}

Fleet::Process Fleet::Start(LambdaProcess::Make make) {
  return std::make_unique<LambdaProcess>(
      world_, machine_, "p" + std::to_string(++processes_), make,
      [this](const LambdaProcess& process, std::string_view call) {
        return OnCall(process, call);
      });
}

TaskEnd Fleet::Answer(Process* process, const std::string& event, int64_t timeout_us) {
  ++tally_.ticks;
  try {
    auto answer = (*process)->Answer(event, timeout_us);
    if (answer.ok()) return {*std::move(answer), "", ""};
    return {"", std::string(CodeName(answer.error().code)), answer.error().message};
  } catch (const Crash&) {
    ++tally_.crashes;
  }
  process->reset();
  return {"", "Runtime.ExitError", "its process died"};
}

// Step Functions may not hear an answer, and calls again while the first call goes on.
TaskEnd Fleet::RunTask(StateMachine::Task task, const std::string& event) {
  const auto kind = static_cast<size_t>(task);
  const auto run = [this, kind, event] {
    if (kTasks[kind] == nullptr) loop_.Sleep(Below(schedule_.job_us_max));
    Process process = Start(kTasks[kind]);
    return Answer(&process, event, kTaskTimeoutsUs[kind]);
  };
  if (world_.hostile && Chance(kLostAnswer)) {
    loop_.Spawn([run] { static_cast<void>(run()); });
    loop_.Sleep(Below(kMicrosPerMinute));
    return {"", "Lambda.SdkClientException", ""};
  }
  return run();
}

void Fleet::RunProducer() {
  const int64_t gap_us = schedule_.active_us / static_cast<int64_t>(schedule_.files);
  for (uint64_t i = 0; i < schedule_.files; ++i) {
    loop_.Sleep(Below(2 * gap_us + 1));
    world_.Produce();
  }
  report_.written_us = world_.now();
  world_.hostile = false;
}

void Fleet::RunWeather() {
  while (world_.hostile) {
    loop_.Sleep(Below(kWeatherUsMax));
    if (outages_.empty()) continue;
    auto call = outages_.begin();
    std::advance(call, random_.Below(outages_.size()));
    call->second = world_.now() + kOutageUsMin + Below(kOutageUsMax - kOutageUsMin);
  }
}

void Fleet::RunBuilder() {
  Process process;
  while (true) {
    const auto messages = world_.queue.Receive(kMessagesMax, kMessageHiddenUs);
    if (messages->empty()) {
      loop_.Sleep(kMicrosPerSecond + Below(kMicrosPerSecond));
      continue;
    }
    if (!process) process = Start(lambda::ManifestBuilderFunction);
    const TaskEnd end = Answer(&process, EventOf(*messages), kBuilderTimeoutUs);
    if (!end.error.empty()) continue;  // they come again
    const std::set<std::string> failures = FailuresOf(end.answer);
    for (const Message& message : *messages) {
      if (!failures.contains(message.id)) static_cast<void>(world_.queue.Delete(message.receipt));
    }
  }
}

void Fleet::RunSweeper() {
  Process process;
  while (true) {
    loop_.Sleep(kMicrosPerMinute - world_.now() % kMicrosPerMinute);
    if (random_.Below(kInvocationsAProcess) == 0) process.reset();
    if (!process) process = Start(lambda::SweeperFunction);
    Answer(&process, "{}", kSweeperTimeoutUs);
  }
}

// What was lost is noticed again by reconciling, however long it takes for so many files.
bool Fleet::IsHealed() {
  if (!world_.output.List("_varve/", "", 1)->objects.empty()) return false;
  std::string after;
  do {
    const auto page = world_.input.List("in/", after, 1000);
    for (const ObjectInfo& object : page->objects) {
      const auto file = world_.tracker.Get(kPipeline, object.ref);
      if (!file.ok() || file->state < FileState::kCompleted || file->state > FileState::kFailed) {
        return false;
      }
    }
    after = page->next;
  } while (!after.empty());
  return true;
}

void Fleet::RunUntilHealed() {
  while (world_.hostile) loop_.RunUntil(world_.now() + kMicrosPerMinute);
  const int64_t end_us = world_.now() + kFleetHealingUsMax;
  for (; world_.now() < end_us; loop_.RunUntil(world_.now() + kMicrosPerMinute)) {
    if (machine_.running() > 0 || !IsQuiet(world_)) continue;
    if (report_.drained_us == 0) report_.drained_us = world_.now();
    if (!IsHealed()) continue;
    report_.healed_us = world_.now();
    return;
  }
  throw Violation("it does not heal by itself");
}

std::string Fleet::Run() {
  tally_.schedules = 1;
  loop_.Spawn([this] { RunProducer(); });
  loop_.Spawn([this] { RunWeather(); });
  loop_.Spawn([this] { RunSweeper(); });
  for (uint64_t i = 0; i < builders_; ++i) loop_.Spawn([this] { RunBuilder(); });
  try {
    RunUntilHealed();
    CheckEnd(world_, &tally_);
  } catch (const Violation& violation) {
    return violation.what();
  }
  report_.claims_refused = world_.tracker.claims_refused();
  report_.executions = machine_.started();
  report_.processes_most = loop_.most();
  return {};
}

}  // namespace varve::sim
