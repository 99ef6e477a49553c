#include "sim/simulation.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <limits>

#include "pipeline/reprocess.h"

namespace varve::sim {
namespace {

constexpr uint64_t kTicksMax = 200'000;
constexpr int64_t kTickGapUs = 1'000;  // a tick that is wanted at once comes a little later
constexpr int64_t kPeaceUs = 14 * kMicrosPerMinute;  // long enough for two reconciliations
constexpr int64_t kHealingUsMax = 4 * kMicrosPerDay;
constexpr uint64_t kBeforeWrite = 10;  // so many times as likely is a process held up there

// What only the holder of a batch's lease may do.
bool NeedsLease(std::string_view method) {
  return method == "FileTracker::Begin" || method == "FileTracker::RecordOutputs" ||
         method == "FileTracker::Complete" || method == "FileTracker::Fail";
}

}  // namespace

Simulation::Simulation(uint64_t seed, bool trace)
    : schedule_(seed), world_(schedule_), random_(seed * 3 + 1) {
  world_.trace = trace;
  slots_.resize(static_cast<size_t>(schedule_.coordinators));
  for (uint64_t i = 0; i < schedule_.files; ++i) {
    writes_.push_back(
        static_cast<int64_t>(random_.Below(static_cast<uint64_t>(schedule_.active_us))));
  }
  std::sort(writes_.begin(), writes_.end(), std::greater<>());
}

int64_t Simulation::Seconds(uint64_t below) {
  return static_cast<int64_t>(random_.Below(below * 1000 + 1)) * (kMicrosPerSecond / 1000);
}

void Simulation::Trace(const std::string& what) {
  if (!world_.trace) return;
  std::printf("%12.6f ---- %s\n",
              static_cast<double>(world_.now()) / static_cast<double>(kMicrosPerSecond),
              what.c_str());
}

void Simulation::Start(size_t index) {
  Slot& slot = slots_[index];
  if (slot.owner.empty() || !schedule_.same_owner) {
    slot.owner = "p" + std::to_string(index) + "-" + std::to_string(slot.generation);
  }
  ++slot.generation;
  Trace(slot.owner + " starts");
  slot.process = std::make_unique<Coordinator>(
      world_, slot.owner,
      [this, index](uint64_t, std::string_view method) { return OnCall(index, method); });
}

void Simulation::Die(Slot& slot) {
  Trace(slot.owner + " dies");
  ++tally_.crashes;
  slot.process.reset();
  slot.next_us = world_.now() + 1 + Seconds(90);
}

bool Simulation::IsOut(std::string_view call) const {
  const auto outage = outages_.find(call);
  return outage != outages_.end() && outage->second > world_.now();
}

// Of all processes, or of this one alone: then it cannot renew its leases, say, and another can.
std::optional<Fault> Simulation::FaultOf(size_t index, std::string_view method) {
  const std::string mine = std::to_string(index) + " " + std::string(method);
  if (Chance(schedule_.outage)) {
    outages_[random_.Below(2) == 0 ? mine : std::string(method)] = world_.now() + Seconds(120);
  }
  if (IsOut(method) || IsOut(mine)) {
    return Fault{random_.Below(2) == 0 ? Code::kIo : Code::kThrottled, false};
  }
  if (!Chance(schedule_.fault)) return std::nullopt;
  switch (random_.Below(3)) {
    case 0: return Fault{Code::kThrottled, false};
    case 1: return Fault{Code::kIo, false};
    default: return Fault{Code::kIo, true};
  }
}

std::optional<Fault> Simulation::OnCall(size_t index, std::string_view method) {
  if (!world_.hostile) return std::nullopt;
  if (Chance(schedule_.crash)) throw Crash();
  const uint64_t likely = NeedsLease(method) ? kBeforeWrite : 1;
  if (Chance(schedule_.interleave * likely)) Interleave(index);
  if (!writes_.empty() && Chance(20)) {
    writes_.pop_back();
    world_.Produce();
  }
  const auto fault = FaultOf(index, method);
  if (fault) {
    ++tally_.faults;
    Trace(slots_[index].owner + " " + std::string(method) + ": " +
          std::string(CodeName(fault->code)) + (fault->after ? " after" : " before"));
  }
  return fault;
}

// The process is held up in the middle of its tick; another one goes on, maybe for longer than the
// leases of the first last.
void Simulation::Interleave(size_t index) {
  if (nested_) return;
  nested_ = true;
  const size_t other = 1 - index;
  for (uint64_t turns = 1 + random_.Below(20); turns > 0; --turns) {
    if (random_.Below(3) == 0) world_.AdvanceTo(world_.now() + Seconds(60));
    world_.Deliver();
    Turn(other);
  }
  nested_ = false;
}

void Simulation::RunJobs(Slot& slot) {
  try {
    slot.process->RunJobs();
  } catch (const Crash&) {
    Die(slot);
  }
}

void Simulation::Turn(size_t index) {
  Slot& slot = slots_[index];
  if (slot.process == nullptr) return Start(index);
  RunJobs(slot);
  if (slot.process == nullptr) return;
  ++tally_.ticks;
  if (tally_.ticks > kTicksMax) throw Violation("it never comes to rest");
  try {
    slot.next_us = std::max(slot.process->Tick(), world_.now() + kTickGapUs);
  } catch (const Crash&) {
    Die(slot);
  }
}

void Simulation::Meddle(Slot& slot) {
  if (slot.process != nullptr && Chance(schedule_.hand_back)) {
    Trace(slot.owner + " hands back");
    try {
      slot.process->HandBack();
    } catch (const Crash&) {
      ++tally_.crashes;
    }
    slot.process.reset();
  }
  if (Chance(schedule_.pause)) slot.next_us = world_.now() + Seconds(150);
  if (Chance(schedule_.jump)) {
    const int64_t days = random_.Below(2) == 0 ? 1 : -1;
    Trace("the clock jumps by " + std::to_string(days) + " day");
    world_.JumpClock(days * kMicrosPerDay);
  }
  if (Chance(schedule_.reprocess)) Reprocess();
}

void Simulation::Reprocess() {
  TraceLog log(world_, "operator");
  LineEngine none(world_, world_.input, world_.output);
  Deps deps{world_.input, world_.output,     world_.manifests, world_.queue,    world_.tracker,
            none,         world_.executions, world_.schemas,   world_.notifier, world_.metrics,
            log,          world_.clock,      random_,          JoinColumns};
  ReprocessRequest request;
  request.by = "operator";
  request.since_us = 0;
  static_cast<void>(varve::Reprocess(schedule_.config, deps, request, world_.clock.NowUs()));
}

int64_t Simulation::NextTime() const {
  int64_t next_us = world_.NextEvent();
  for (const Slot& slot : slots_) {
    next_us = std::min(next_us, slot.next_us);
    if (slot.process != nullptr) next_us = std::min(next_us, slot.process->NextJob());
  }
  if (!writes_.empty()) next_us = std::min(next_us, writes_.back());
  return next_us;
}

// At least `step_us` pass between ticks that no job or event calls for.
void Simulation::RunUntil(int64_t until_us, int64_t step_us) {
  while (NextTime() < until_us) {
    world_.AdvanceTo(NextTime());
    while (!writes_.empty() && writes_.back() <= world_.now()) {
      writes_.pop_back();
      world_.Produce();
    }
    world_.Deliver();
    for (size_t index = 0; index < slots_.size(); ++index) {
      Slot& slot = slots_[index];
      if (slot.process != nullptr && slot.process->NextJob() <= world_.now()) RunJobs(slot);
      if (slot.next_us > world_.now()) continue;
      Turn(index);
      slot.next_us = std::max(slot.next_us, world_.now() + step_us);
      if (world_.hostile) Meddle(slot);
    }
  }
  world_.AdvanceTo(until_us);
}

void Simulation::RunHostile() { RunUntil(schedule_.active_us, 0); }

// Nobody does anything by hand: what is not well at the end never would be.
void Simulation::RunPeaceful() {
  world_.hostile = false;
  Trace("peace");
  for (Slot& slot : slots_) slot.next_us = std::min(slot.next_us, world_.now());
  const int64_t end_us = world_.now() + kHealingUsMax;
  int64_t step_us = 0;
  do {
    RunUntil(world_.now() + kPeaceUs, step_us);
    if (IsQuiet(world_)) return;
    // Something waits for long, as after a clock was set back: go through the time faster.
    step_us = kMicrosPerMinute * 2;
  } while (world_.now() < end_us);
  throw Violation("it does not heal by itself");
}

std::string Simulation::Run() {
  tally_.schedules = 1;
  try {
    RunHostile();
    RunPeaceful();
    CheckEnd(world_, &tally_);
  } catch (const Violation& violation) {
    return violation.what();
  }
  return {};
}

}  // namespace varve::sim
