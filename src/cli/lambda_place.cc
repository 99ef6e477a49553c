#include "cli/lambda_place.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "adapters/aws/cloudwatch/embedded_metrics.h"
#include "adapters/aws/sns/sns_notifier.h"
#include "adapters/aws/sqs/sqs_queue.h"
#include "adapters/local/log_notifier.h"
#include "base/clock.h"
#include "base/random.h"
#include "cli/operator_deps.h"
#include "cli/owner_slot.h"
#include "cli/pipeline_options.h"
#include "cli/pipeline_place.h"
#include "cli/settings.h"
#include "cli/table_state.h"

namespace varve::cli {
namespace {

using aws::Environment;

// A batch's lease is renewed by each task of its workflow; a conversion may take longer, and is
// then protected by its workflow's being alive (pipeline/dispatch.h).
constexpr int64_t kLeaseUs = 5 * kMicrosPerMinute;
constexpr uint64_t kMemoryShare = 70;  // per cent of the function's, for the engine
constexpr const char* kSchemaOfLedger = "/the schema ledger";

// What the job document says of a conversion, in the keys of varve.toml.
constexpr std::array<std::string_view, 8> kConversionKeys = {
    "partition",  "compression", "target-file-size", "mode",
    "timestamps", "max-errors",  "source-column",    "cast"};

Result<std::string> Need(const Environment& environment, const char* name, const char* example) {
  if (auto value = environment(name)) return *std::move(value);
  return Error{Code::kInvalidArgument,
               std::string(name) + " is not set; it is to be like " + example};
}

Status NeedS3(const Environment& environment, const char* name) {
  VARVE_ASSIGN_OR_RETURN(const std::string url, Need(environment, name, "s3://bucket/prefix/"));
  if (IsInS3(url)) return Ok{};
  return Error{Code::kInvalidArgument,
               std::string(name) + " is \"" + url + "\"; it is to be like s3://bucket/prefix/"};
}

std::string VariableOf(const PipelineKey& key) {
  return key.name == "name" ? "VARVE_PIPELINE" : EnvironmentName(key.name);
}

// A pipeline's keys as its functions' variables give them; a pinned schema is in the ledger.
PipelineValues ValuesFrom(const Environment& environment) {
  PipelineValues values;
  for (const PipelineKey& key : PipelineKeys()) {
    const auto value = environment(VariableOf(key).c_str());
    if (value) values[std::string(key.name)] = ValuesOfText(key.name, *value);
  }
  if (values.contains("mode") && values["mode"].front() != "evolve") {
    values["schema"] = {kSchemaOfLedger};
  }
  return values;
}

Result<ConfiguredPipeline> PipelineFrom(const Environment& environment) {
  VARVE_ASSIGN_OR_RETURN([[maybe_unused]] const std::string name,
                         Need(environment, "VARVE_PIPELINE", "orders"));
  VARVE_RETURN_IF_ERROR(NeedS3(environment, "VARVE_INPUT"));
  VARVE_RETURN_IF_ERROR(NeedS3(environment, "VARVE_OUTPUT"));
  VARVE_RETURN_IF_ERROR(NeedS3(environment, "VARVE_MANIFESTS"));
  ConfiguredPipeline pipeline;
  pipeline.values = ValuesFrom(environment);
  VARVE_ASSIGN_OR_RETURN(pipeline.options, MakePipeline(pipeline.values));
  pipeline.options.state_machine_arn = environment("VARVE_STATE_MACHINE_ARN").value_or("");
  return pipeline;
}

lambda::ConversionKeys ConversionFrom(const Environment& environment) {
  lambda::ConversionKeys conversion;
  for (const std::string_view name : kConversionKeys) {
    const PipelineKey& key = *FindPipelineKey(name);
    conversion[std::string(name)] =
        environment(VariableOf(key).c_str()).value_or(std::string(key.otherwise));
  }
  return conversion;
}

uint64_t EngineMemory(const Environment& environment) {
  const auto megabytes = environment("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
  if (!megabytes) return ConvertOptions().memory_bytes;
  return (std::strtoull(megabytes->c_str(), nullptr, 10) << 20) * kMemoryShare / 100;
}

Result<ConvertOptions> ConversionOf(const lambda::ConversionKeys& keys, uint64_t memory_bytes) {
  PipelineValues values;
  for (const auto& [name, value] : keys) values[name] = ValuesOfText(name, value);
  VARVE_ASSIGN_OR_RETURN(ConvertOptions convert, ReadConversion(values));
  convert.memory_bytes = memory_bytes;
  return convert;
}

void WriteLine(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

class NoWorkflow : public Workflow {
 public:
  Status Start(std::string_view, std::string_view) override { return None(); }
  Result<Execution> Describe(std::string_view) override { return None(); }
  Result<std::vector<Execution>> Running(int) override { return None(); }

 private:
  static Error None() { return {Code::kInvalidArgument, "VARVE_STATE_MACHINE_ARN is not set"}; }
};

}  // namespace

struct LambdaPlace::Parts {
  ConfiguredPipeline pipeline;
  PipelineConfig config;
  std::unique_ptr<PipelinePlace> place;
  std::unique_ptr<Notifier> notifier;
  aws::EmbeddedMetrics metrics{"varve", SystemClock(), WriteLine};
  NoJobs jobs;
  std::unique_ptr<Deps> deps;
  std::unique_ptr<lambda::FunctionContext> context;

  void OpenNotifier(const Environment& environment, Log& log);
  void OpenContext(const Environment& environment, Log& log);
};

void LambdaPlace::Parts::OpenNotifier(const Environment& environment, Log& log) {
  if (const auto topic = environment("VARVE_TOPIC_ARN")) {
    notifier = std::make_unique<aws::SnsNotifier>(place->aws->client(),
                                                  place->aws->EndpointOf("sns"), *topic);
  } else {
    notifier = std::make_unique<LogNotifier>(log);
  }
}

void LambdaPlace::Parts::OpenContext(const Environment& environment, Log& log) {
  // Only two of the functions start workflows, and are told of the state machine.
  if (place->workflow == nullptr) place->workflow = std::make_unique<NoWorkflow>();
  config = pipeline.options.pipeline;
  config.owner = NewOwner();
  config.lease_us = kLeaseUs;
  deps = std::make_unique<Deps>(Deps{*place->input, *place->output, *place->manifests,
                                     *place->queue, *place->tracker, jobs, *place->executions,
                                     *place->ledger, *notifier, metrics, log, SystemClock(),
                                     SystemRandom(), SchemaJoinOf(pipeline.options)});
  const auto glue_above = environment("VARVE_GLUE_ABOVE_BYTES");
  context = std::make_unique<lambda::FunctionContext>(lambda::FunctionContext{
      config, *deps, *place->workflow, ConversionFrom(environment),
      [memory_bytes = EngineMemory(environment)](const auto& keys) {
        return ConversionOf(keys, memory_bytes);
      },
      glue_above ? std::strtoull(glue_above->c_str(), nullptr, 10) : 0,
      [queue = dynamic_cast<aws::SqsQueue*>(place->queue.get())](const Message& message) {
        if (queue != nullptr) queue->Remember(message);
      },
      environment("VARVE_WORK_DIRECTORY").value_or("/tmp/varve")});
}

LambdaPlace::LambdaPlace(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LambdaPlace::~LambdaPlace() = default;

Result<std::unique_ptr<LambdaPlace>> LambdaPlace::Open(const Environment& environment, Log& log) {
  auto parts = std::make_unique<Parts>();
  VARVE_ASSIGN_OR_RETURN(parts->pipeline, PipelineFrom(environment));
  VARVE_ASSIGN_OR_RETURN(const std::string state,
                         Need(environment, "VARVE_STATE", "dynamodb://table"));
  auto table = TableState::Open(state, environment);
  if (!table.ok()) return std::move(table).error().WithContext("VARVE_STATE");
  VARVE_ASSIGN_OR_RETURN(parts->place,
                         OpenPipelinePlace(std::shared_ptr<PipelineState>(std::move(table).value()),
                                           parts->pipeline.options));
  parts->OpenNotifier(environment, log);
  parts->OpenContext(environment, log);
  return std::unique_ptr<LambdaPlace>(new LambdaPlace(std::move(parts)));
}

lambda::FunctionContext& LambdaPlace::context() { return *parts_->context; }
void LambdaPlace::Flush() { parts_->metrics.Flush(); }

Status LambdaPlace::Remember() {
  RunConfig config;
  config.pipelines.push_back(parts_->pipeline);
  return parts_->place->state->Save(config);
}

}  // namespace varve::cli
