// How SqliteFileTracker's calls cost against the size of its table: they should not.
// usage: tracker_bench [FILES...]   (10000 100000 1000000)
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "adapters/local/sqlite_database.h"
#include "adapters/local/sqlite_file_tracker.h"
#include "adapters/local/sqlite_queue.h"

namespace varve {
namespace {

constexpr const char* kPipeline = "events";
constexpr int kBatchFiles = 10;
constexpr size_t kReceived = 10;  // what the pipeline registers at once

double Seconds(const std::function<void()>& body) {
  const auto started = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

template <typename T>
T Must(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  fmt::print(stderr, "{}\n", result.error().message);
  std::exit(1);
}

FileRecord File(int number) {
  FileRecord file;
  file.pipeline = kPipeline;
  file.object.ref = {"in",
                     fmt::format("2025/01/17/host-{:03}/file-{:08}.ndjson", number % 200, number),
                     fmt::format("{}-20480-17370720{:08}", number, number)};
  file.object.size_bytes = 20'480;
  file.object.etag = file.object.ref.version;
  file.sequencer = fmt::format("{:032}", number);
  file.first_seen_us = 1'737'072'000'000'000 + number;
  return file;
}

std::vector<FileOutcome> Outcomes(const BatchRecord& batch) {
  std::vector<FileOutcome> outcomes;
  for (const ObjectRef& ref : batch.files) outcomes.push_back({ref, {100, 99, 1, 0}, ""});
  return outcomes;
}

// Claims and completes one batch of the oldest pending files.
void OneBatch(SqliteFileTracker& tracker, int64_t now_us) {
  std::vector<ObjectRef> refs;
  for (const FileRecord& file : Must(tracker.Pending(kPipeline, now_us, kBatchFiles))) {
    refs.push_back(file.object.ref);
  }
  BatchRecord batch =
      Must(tracker.Claim({kPipeline, "2025-01-17", refs, "bench", now_us, now_us + 1}));
  batch = Must(tracker.Begin(batch, now_us));
  batch = Must(tracker.RecordOutputs(batch, {{"s", "f", 1, 2, "h", false}}, now_us));
  Must(tracker.Complete(batch, Outcomes(batch), 3, now_us, now_us));
}

// Milliseconds a call, over enough of them.
double Milliseconds(int calls, const std::function<void()>& call) {
  return Seconds([&] {
           for (int i = 0; i < calls; ++i) call();
         }) *
         1000 / calls;
}

void Measure(int files) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("varve-tracker-bench-{}", files);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "varve.db").string();
  auto database = Must(SqliteDatabase::Open(path));
  SqliteFileTracker tracker(*database);
  const int64_t now_us = 1'737'172'000'000'000;

  const std::clock_t cpu_before = std::clock();
  const double registering = Seconds([&] {
    std::vector<FileRecord> received;
    for (int i = 0; i < files; ++i) {
      received.push_back(File(i));
      if (received.size() < kReceived && i + 1 < files) continue;
      Must(tracker.RegisterAll(received, "event"));
      received.clear();
    }
  });
  const double cpu = static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC;
  const double known = Milliseconds(2000, [&] { Must(tracker.Register(File(files / 2), "")); });
  constexpr int kBatches = 300;
  const double batches = Seconds([&] {
    for (int i = 0; i < kBatches; ++i) OneBatch(tracker, now_us);
  });
  const double claims = Milliseconds(300, [&] {
    std::vector<ObjectRef> refs;
    for (const FileRecord& file : Must(tracker.Pending(kPipeline, now_us, kBatchFiles))) {
      refs.push_back(file.object.ref);
    }
    Must(tracker.Claim({kPipeline, "2025-01-17", refs, "bench", now_us, now_us + 1}));
  });
  const double stats = Milliseconds(500, [&] { Must(tracker.Stats(kPipeline)); });
  const double pending = Milliseconds(500, [&] { Must(tracker.Pending(kPipeline, now_us, 90)); });
  const double page = Milliseconds(500, [&] {
    Must(tracker.Files(kPipeline, {FileState::kPending, "2025/01/17/host-150/", ""}, "", 50));
  });
  const double newest = Milliseconds(500, [&] { Must(tracker.Batches(kPipeline, {}, "", 20)); });
  SqliteQueue queue(*database, kPipeline, SystemClock(), 5);
  const std::vector<std::string> bodies(500, std::string(600, 'x'));
  const double sending = Seconds([&] {
    for (int i = 0; i < 40; ++i) Must(queue.Send(bodies));
  });
  const double receiving = Seconds([&] {
    for (int i = 0; i < 500; ++i) {
      for (const Message& message : Must(queue.Receive(10, 60'000'000))) {
        Must(queue.Delete(message.receipt));
      }
    }
  });
  database.reset();
  const double opening = Seconds([&] { Must(SqliteDatabase::Open(path)); });

  fmt::print(
      "{:>9} files: register {:.0f}/s ({:.0f} us of CPU each), known {:.3f} ms, whole batch of 10 "
      "{:.2f} ms "
      "({:.0f} files/s), claim of 10 {:.2f} ms ({:.0f} files/s)\n",
      files, files / registering, cpu * 1e6 / files, known, batches * 1000 / kBatches,
      kBatches * kBatchFiles / batches, claims, kBatchFiles * 1000 / claims);
  fmt::print(
      "{:>9}        stats {:.3f} ms, pending(90) {:.3f} ms, page by state+prefix {:.3f} ms, "
      "newest 20 batches {:.3f} ms\n",
      "", stats, pending, page, newest);
  fmt::print("{:>9}        send {:.0f}/s, receive+delete {:.0f}/s, open {:.1f} ms, {:.0f} MB\n", "",
             40 * 500 / sending, 5000 / receiving, opening * 1000,
             static_cast<double>(std::filesystem::file_size(path)) / 1e6);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace varve

int main(int argc, char** argv) {
  std::vector<int> sizes = {10'000, 100'000, 1'000'000};
  if (argc > 1) sizes.clear();
  for (int i = 1; i < argc; ++i) sizes.push_back(std::atoi(argv[i]));
  for (const int files : sizes) varve::Measure(files);
}
