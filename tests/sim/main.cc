// sim: runs schedules of the simulator (docs/internals/simulation.md).
//
//   sim --seeds A..B [--seconds N] [--jobs N]   all seeds from A to B, or as many as N seconds
//   sim --seed N [--trace]                      one seed, with every event on stdout
//   sim --files N [--builders N] [--seed N] [--trace]   a fleet through which N files go

#include <sys/resource.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sim/fleet.h"
#include "sim/simulation.h"

namespace varve::sim {
namespace {

constexpr int kFailuresShown = 20;

struct Options {
  uint64_t first = 1;
  uint64_t last = 1000;
  uint64_t seconds = 0;
  uint64_t jobs = 1;
  uint64_t files = 0;  // above 0: a fleet
  uint64_t builders = 50;
  bool trace = false;
};

bool ParseNumber(std::string_view text, uint64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

bool ParseSeeds(std::string_view text, Options* options) {
  const size_t dots = text.find("..");
  return dots != text.npos && ParseNumber(text.substr(0, dots), &options->first) &&
         ParseNumber(text.substr(dots + 2), &options->last);
}

bool ParseOptions(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--trace") {
      options->trace = true;
      continue;
    }
    if (++i == argc) return false;
    const std::string_view value = argv[i];
    if (flag == "--seeds") {
      if (!ParseSeeds(value, options)) return false;
    } else if (flag == "--seed") {
      if (!ParseNumber(value, &options->first)) return false;
      options->last = options->first;
    } else if (flag == "--seconds") {
      if (!ParseNumber(value, &options->seconds)) return false;
    } else if (flag == "--files") {
      if (!ParseNumber(value, &options->files)) return false;
    } else if (flag == "--builders") {
      if (!ParseNumber(value, &options->builders)) return false;
    } else if (flag != "--jobs" || !ParseNumber(value, &options->jobs)) {
      return false;
    }
  }
  return options->jobs > 0;
}

class Runner {
 public:
  explicit Runner(const Options& options) : options_(options), next_(options.first) {}

  int Run() {
    std::vector<std::thread> threads;
    for (uint64_t i = 0; i < options_.jobs; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
    Report();
    return failures_ == 0 ? 0 : 1;
  }

 private:
  bool HasTime() const {
    return options_.seconds == 0 ||
           std::chrono::steady_clock::now() - started_ < std::chrono::seconds(options_.seconds);
  }

  void Work() {
    Tally mine;
    uint64_t seed = 0;
    while (HasTime() && (seed = next_.fetch_add(1)) <= options_.last) {
      Simulation simulation(seed, options_.trace);
      const std::string violation = simulation.Run();
      mine.Add(simulation.tally());
      if (!violation.empty()) Fail(seed, violation);
    }
    const std::lock_guard lock(mutex_);
    total_.Add(mine);
  }

  void Fail(uint64_t seed, const std::string& violation) {
    const std::lock_guard lock(mutex_);
    if (++failures_ > kFailuresShown) return;
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), violation.c_str());
    std::fflush(stdout);
  }

  void Report() const {
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    const auto number = [](uint64_t n) { return static_cast<unsigned long long>(n); };
    std::printf(
        "%llu schedules in %.1f s, %llu failed: %llu ticks, %llu crashes, %llu faults, "
        "%llu batches (%llu takeovers, %llu late writes refused, %llu reruns), files: "
        "%llu completed, %llu failed (%llu innocent), %llu missing, %llu superseded; %llu rows\n",
        number(total_.schedules), seconds, number(failures_), number(total_.ticks),
        number(total_.crashes), number(total_.faults), number(total_.batches),
        number(total_.takeovers), number(total_.late_writes), number(total_.reruns),
        number(total_.completed), number(total_.failed), number(total_.given_up),
        number(total_.missing), number(total_.superseded), number(total_.rows));
  }

  const Options options_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::atomic<uint64_t> next_;
  std::mutex mutex_;
  Tally total_;
  uint64_t failures_ = 0;
};

int64_t Microseconds(const timeval& time) {
  return int64_t{time.tv_sec} * kMicrosPerSecond + time.tv_usec;
}

int RunFleet(const Options& options) {
  Fleet fleet(options.first, options.files, options.builders, options.trace);
  const std::string violation = fleet.Run();
  if (!violation.empty()) {
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(options.first),
                violation.c_str());
    return 1;
  }
  const Tally& tally = fleet.tally();
  const FleetReport& report = fleet.report();
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto number = [](uint64_t n) { return static_cast<unsigned long long>(n); };
  const auto seconds = [](int64_t us) {
    return static_cast<double>(us) / static_cast<double>(kMicrosPerSecond);
  };
  std::printf(
      "%llu files, %llu builders: %llu calls (%.1f a file), %llu faults, %llu invocations (%llu "
      "died), %llu executions, at most %llu at a time\n"
      "%llu batches (%llu takeovers, %llu late writes refused, %llu claims refused), files: "
      "%llu completed, %llu failed (%llu innocent), %llu missing, %llu superseded; %llu rows\n"
      "virtual time: written after %.0f s, drained %.0f s later, healed %.0f s later\n"
      "%.1f s of CPU, %.0f MiB\n",
      number(options.files), number(options.builders), number(report.calls),
      static_cast<double>(report.calls) / static_cast<double>(options.files), number(tally.faults),
      number(tally.ticks), number(tally.crashes), number(report.executions),
      number(report.processes_most), number(tally.batches), number(tally.takeovers),
      number(tally.late_writes), number(report.claims_refused), number(tally.completed),
      number(tally.failed), number(tally.given_up), number(tally.missing), number(tally.superseded),
      number(tally.rows), seconds(report.written_us),
      seconds(report.drained_us - report.written_us), seconds(report.healed_us - report.written_us),
      seconds(Microseconds(used.ru_utime) + Microseconds(used.ru_stime)),
      static_cast<double>(used.ru_maxrss) / 1024);
  return 0;
}

}  // namespace
}  // namespace varve::sim

int main(int argc, char** argv) {
  varve::sim::Options options;
  if (!varve::sim::ParseOptions(argc, argv, &options)) {
    std::fprintf(stderr,
                 "usage: sim --seeds A..B [--seconds N] [--jobs N] | --seed N [--trace] |\n"
                 "       sim --files N [--builders N] [--seed N] [--trace]\n");
    return 2;
  }
  if (options.files > 0) return varve::sim::RunFleet(options);
  return varve::sim::Runner(options).Run();
}
