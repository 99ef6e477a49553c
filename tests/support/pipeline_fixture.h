// A whole pipeline in memory, for the unit tests of src/pipeline.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "model/names.h"
#include "pipeline/event.h"
#include "pipeline/pipeline.h"
#include "testing/fake_clock.h"
#include "testing/fake_job_runner.h"
#include "testing/memory_execution_store.h"
#include "testing/memory_file_tracker.h"
#include "testing/memory_object_store.h"
#include "testing/memory_queue.h"
#include "testing/memory_schema_ledger.h"
#include "testing/recording_metrics.h"
#include "testing/recording_notifier.h"
#include "testing/silent_log.h"

namespace varve {

class PipelineFixture : public testing::Test {
 protected:
  PipelineFixture() {
    config.name = "orders";
    config.owner = "p1";
    config.input_prefix = "in/";
    config.output_prefix = "out/";
    config.settle_us = 0;
    config.reconcile_every_us = 0;
    config.move_prefix = "done/";
  }

  // One output of one row a file; what the file says decides what else happens.
  JobStatus Convert(std::string_view name, const Manifest& manifest) {
    JobStatus status;
    status.state = JobState::kSucceeded;
    std::string rows;
    for (const ManifestFile& file : manifest.files) {
      const auto content = input.Get(file.ref.key, 1000);
      FileOutcome outcome{file.ref, {}, ""};
      if (!content.ok()) {
        outcome.error = "gone";
        status.result.missing.push_back(file.ref);
      } else if (*content == "poison") {
        status.state = JobState::kFailed;
        status.error = "the engine choked on " + file.ref.key;
      } else if (*content == "corrupt") {
        outcome.error = "corrupt stream";
      } else {
        outcome.accounting = {1, 1, 0, 0};
        rows += file.ref.key + "\n";
      }
      status.result.outcomes.push_back(std::move(outcome));
    }
    BatchOutput made;
    const std::string key = OutputName(manifest.batch, 0, ".parquet");
    made.staged_key = StagingPrefix(name) + key;
    made.final_key = "out/" + key;
    made.size_bytes = (rows + stamp).size();
    EXPECT_TRUE(output.Put(made.staged_key, rows + stamp, PutCondition::kAlways).ok());
    status.result.outputs = {std::move(made)};
    return status;
  }

  ObjectInfo Drop(const std::string& key, const std::string& content = "{}") {
    const auto object = input.Put(key, content, PutCondition::kAlways);
    EXPECT_TRUE(queue.Send({CreatedEventBody(*object)}).ok());
    return *object;
  }
  void DropMany(int count) {
    for (int i = 0; i < count; ++i) Drop("in/" + std::to_string(i) + ".ndjson");
  }

  Deps MakeDeps() { return MakeDeps(output); }
  // With `lake` as the output, which may be one that fails.
  Deps MakeDeps(ObjectStore& lake) {
    return Deps{input,      lake,
                manifests,  queue,
                tracker,    jobs,
                executions, schemas,
                notifier,   metrics,
                log,        clock,
                random,     [](const Schema& a, const Schema&) -> Result<Schema> { return a; }};
  }
  std::unique_ptr<Pipeline> MakePipeline() {
    return std::make_unique<Pipeline>(config, MakeDeps());
  }

  // Ticks as asked for `span_us` of the clock.
  void RunFor(Pipeline& pipeline, int64_t span_us) {
    const int64_t end_us = clock.NowUs() + span_us;
    while (clock.NowUs() < end_us) {
      const TickResult result = pipeline.Tick(clock.NowUs());
      clock.Set(std::min(end_us, std::max(result.next_us, clock.NowUs() + 1)));
    }
  }

  FileState StateOf(const ObjectRef& ref) { return tracker.Get("orders", ref)->state; }
  std::vector<std::string> Visible() {
    std::vector<std::string> keys;
    const auto page = output.List("out/", "", 1000);
    for (const ObjectInfo& object : page->objects) keys.push_back(object.ref.key);
    return keys;
  }
  std::string ContentOf(const std::string& key) { return *output.Get(key, 1000); }
  bool IsAlertOf(const std::string& topic) {
    const auto alerts = notifier.Alerts();
    return std::any_of(alerts.begin(), alerts.end(),
                       [&](const Alert& alert) { return alert.topic == topic; });
  }

  PipelineConfig config;
  FakeClock clock;
  MemoryObjectStore input{"landing", clock};
  MemoryObjectStore output{"lake", clock};
  MemoryObjectStore manifests{"manifests", clock};
  MemoryQueue queue{clock, 5};
  MemoryFileTracker tracker;
  MemoryExecutionStore executions;
  MemorySchemaLedger schemas;
  RecordingNotifier notifier;
  RecordingMetrics metrics;
  SilentLog log;
  SeededRandom random{1};
  std::string stamp;  // of the engine: what tells one run of it from another
  FakeJobRunner jobs{
      [this](std::string_view name, const Manifest& manifest) { return Convert(name, manifest); }};
};

}  // namespace varve
