#include "cli/lambda_place.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "adapters/aws/cloudwatch/embedded_metrics.h"
#include "adapters/aws/core/aws_client.h"
#include "adapters/aws/core/endpoint.h"
#include "adapters/aws/core/json_service.h"
#include "adapters/aws/credentials/credential_chain.h"
#include "adapters/aws/dynamodb/dynamo_execution_store.h"
#include "adapters/aws/dynamodb/dynamo_file_tracker.h"
#include "adapters/aws/dynamodb/dynamo_schema_ledger.h"
#include "adapters/aws/dynamodb/dynamo_table.h"
#include "adapters/aws/s3/s3_object_store.h"
#include "adapters/aws/s3/s3_url.h"
#include "adapters/aws/sns/sns_notifier.h"
#include "adapters/aws/sqs/sqs_queue.h"
#include "adapters/aws/stepfunctions/step_functions_workflow.h"
#include "adapters/local/log_notifier.h"
#include "base/clock.h"
#include "base/random.h"
#include "cli/operator_deps.h"
#include "cli/pipeline_options.h"
#include "cli/settings.h"

namespace varve::cli {
namespace {

using aws::Environment;

// A batch's lease is renewed by each task of its workflow; a conversion may take longer, and is
// then protected by its workflow's being alive (pipeline/dispatch.h).
constexpr int64_t kLeaseUs = 5 * kMicrosPerMinute;
constexpr uint64_t kMemoryShare = 70;  // per cent of the function's, for the engine
constexpr const char* kSchemaOfLedger = "the schema ledger";

// What the job document says of a conversion, in the keys of varve.toml.
constexpr std::array<std::string_view, 7> kConversionKeys = {
    "partition",  "compression", "target-file-size", "mode",
    "timestamps", "max-errors",  "source-column"};

std::string HexOf(uint64_t number) {
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

Result<std::string> Need(const Environment& environment, const char* name, const char* example) {
  if (auto value = environment(name)) return *std::move(value);
  return Error{Code::kInvalidArgument,
               std::string(name) + " is not set; it is to be like " + example};
}

// A bucket and a prefix, which ends with a slash or is empty.
Result<aws::S3Url> NeedS3(const Environment& environment, const char* name) {
  VARVE_ASSIGN_OR_RETURN(const std::string url, Need(environment, name, "s3://bucket/prefix/"));
  if (!aws::IsS3Url(url)) {
    return Error{Code::kInvalidArgument,
                 std::string(name) + " is \"" + url + "\"; it is to be like s3://bucket/prefix/"};
  }
  auto place = aws::ParseS3Url(url);
  if (!place.ok()) return std::move(place).error().WithContext(name);
  if (!place->key.empty() && !place->key.ends_with('/')) place->key += '/';
  return place;
}

// A pipeline's keys as its functions' variables give them, and as it needs them to be checked: the
// places are buckets, and a pinned schema is in the ledger.
PipelineValues ValuesFrom(const Environment& environment) {
  PipelineValues values;
  for (const PipelineKey& key : PipelineKeys()) {
    if (key.kind == KeyKind::kList || key.name == "input" || key.name == "output") continue;
    const std::string variable = key.name == "name" ? "VARVE_PIPELINE" : EnvironmentName(key.name);
    if (auto value = environment(variable.c_str())) values[std::string(key.name)] = {*value};
  }
  return values;
}

Result<PipelineOptions> OptionsOf(PipelineValues values) {
  values["input"] = {"/input"};
  values["output"] = {"/output"};
  if (values.contains("mode") && values["mode"].front() != "evolve") {
    values["schema"] = {kSchemaOfLedger};
  }
  return MakePipeline(values);
}

uint64_t EngineMemory(const Environment& environment) {
  const auto megabytes = environment("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
  if (!megabytes) return ConvertOptions().memory_bytes;
  return (std::strtoull(megabytes->c_str(), nullptr, 10) << 20) * kMemoryShare / 100;
}

Result<ConvertOptions> ConversionOf(const lambda::ConversionKeys& keys, uint64_t memory_bytes) {
  PipelineValues values;
  for (const auto& [name, value] : keys) values[name] = {value};
  VARVE_ASSIGN_OR_RETURN(ConvertOptions convert, ReadConversion(values));
  convert.memory_bytes = memory_bytes;
  return convert;
}

void WriteLine(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

struct LambdaPlace::Parts {
  Parts(const Environment& environment, aws::AwsClientSettings settings)
      : credentials(http, SystemClock(), SystemRandom(), environment),
        client(http, credentials, SystemClock(), SystemRandom(), std::move(settings)) {}

  PipelineOptions options;
  PipelineConfig config;
  HttpClient http;
  aws::CredentialChain credentials;
  aws::AwsClient client;
  std::unique_ptr<aws::S3ObjectStore> input;
  std::unique_ptr<aws::S3ObjectStore> output;
  std::unique_ptr<aws::S3ObjectStore> manifests;
  std::unique_ptr<aws::SqsQueue> queue;
  std::unique_ptr<aws::JsonService> dynamo;
  std::unique_ptr<aws::DynamoTable> table;
  std::unique_ptr<aws::DynamoFileTracker> tracker;
  std::unique_ptr<aws::DynamoSchemaLedger> schemas;
  std::unique_ptr<aws::DynamoExecutionStore> executions;
  std::unique_ptr<aws::StepFunctionsWorkflow> workflow;
  std::unique_ptr<Notifier> notifier;
  aws::EmbeddedMetrics metrics{"varve", SystemClock(), WriteLine};
  NoJobs jobs;
  std::unique_ptr<Deps> deps;
  lambda::ConversionKeys conversion;
  std::unique_ptr<lambda::FunctionContext> context;

  Status OpenStores(const Environment& environment);
  Status OpenServices(const Environment& environment, Log& log);
  Status OpenContext(const Environment& environment, Log& log);
};

Status LambdaPlace::Parts::OpenStores(const Environment& environment) {
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url in, NeedS3(environment, "VARVE_INPUT"));
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url out, NeedS3(environment, "VARVE_OUTPUT"));
  VARVE_ASSIGN_OR_RETURN(const aws::S3Url lists, NeedS3(environment, "VARVE_MANIFESTS"));
  config.input_prefix = in.key;
  config.output_prefix = out.key;
  const auto open = [&](const std::string& bucket) {
    return std::make_unique<aws::S3ObjectStore>(
        client, bucket, aws::AddressOf(bucket, client.region(), environment));
  };
  input = open(in.bucket);
  output = open(out.bucket);
  manifests = open(lists.bucket);
  return Ok{};
}

Status LambdaPlace::Parts::OpenServices(const Environment& environment, Log& log) {
  constexpr std::string_view kScheme = "dynamodb://";
  VARVE_ASSIGN_OR_RETURN(const std::string state,
                         Need(environment, "VARVE_STATE", "dynamodb://table"));
  if (!state.starts_with(kScheme)) {
    return Error{Code::kInvalidArgument,
                 "VARVE_STATE is \"" + state + "\"; it is to be like dynamodb://table"};
  }
  const auto endpoint = [&](std::string_view service) {
    return aws::EndpointOf(service, client.region(), environment);
  };
  dynamo = std::make_unique<aws::JsonService>(client, aws::kDynamoDb, endpoint("dynamodb"));
  aws::DynamoSettings settings;
  settings.table = state.substr(kScheme.size());
  table = std::make_unique<aws::DynamoTable>(*dynamo, std::move(settings));
  tracker = std::make_unique<aws::DynamoFileTracker>(*table);
  schemas = std::make_unique<aws::DynamoSchemaLedger>(*table);
  executions = std::make_unique<aws::DynamoExecutionStore>(*table);
  queue = std::make_unique<aws::SqsQueue>(client, endpoint("sqs"),
                                          environment("VARVE_QUEUE_URL").value_or(""),
                                          environment("VARVE_DEAD_LETTER_QUEUE_URL").value_or(""));
  workflow = std::make_unique<aws::StepFunctionsWorkflow>(
      client, endpoint("states"), environment("VARVE_STATE_MACHINE_ARN").value_or(""));
  if (const auto topic = environment("VARVE_TOPIC_ARN")) {
    notifier = std::make_unique<aws::SnsNotifier>(client, endpoint("sns"), *topic);
  } else {
    notifier = std::make_unique<LogNotifier>(log);
  }
  return Ok{};
}

Status LambdaPlace::Parts::OpenContext(const Environment& environment, Log& log) {
  config.owner = HexOf(SystemRandom().Next());
  config.lease_us = kLeaseUs;
  deps = std::make_unique<Deps>(Deps{*input, *output, *manifests, *queue, *tracker, jobs,
                                     *executions, *schemas, *notifier, metrics, log, SystemClock(),
                                     SystemRandom(), SchemaJoinOf(options)});
  const auto glue_above = environment("VARVE_GLUE_ABOVE_BYTES");
  context = std::make_unique<lambda::FunctionContext>(
      lambda::FunctionContext{config, *deps, *workflow, conversion,
                              [memory_bytes = EngineMemory(environment)](const auto& keys) {
                                return ConversionOf(keys, memory_bytes);
                              },
                              glue_above ? std::strtoull(glue_above->c_str(), nullptr, 10) : 0,
                              [this](const Message& message) { queue->Remember(message); },
                              environment("VARVE_WORK_DIRECTORY").value_or("/tmp/varve")});
  return Ok{};
}

LambdaPlace::LambdaPlace(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LambdaPlace::~LambdaPlace() = default;

Result<std::unique_ptr<LambdaPlace>> LambdaPlace::Open(const Environment& environment, Log& log) {
  aws::AwsClientSettings settings;
  settings.region = aws::RegionOf(environment);
  auto parts = std::make_unique<Parts>(environment, std::move(settings));
  VARVE_RETURN_IF_ERROR([&]() -> Status {
    VARVE_ASSIGN_OR_RETURN([[maybe_unused]] const std::string name,
                           Need(environment, "VARVE_PIPELINE", "orders"));
    const PipelineValues values = ValuesFrom(environment);
    VARVE_ASSIGN_OR_RETURN(parts->options, OptionsOf(values));
    parts->config = parts->options.pipeline;
    for (const std::string_view key : kConversionKeys) {
      const auto written = values.find(key);
      const PipelineKey* known = FindPipelineKey(key);
      parts->conversion[std::string(key)] =
          written == values.end() ? std::string(known->otherwise) : written->second.front();
    }
    return Ok{};
  }());
  VARVE_RETURN_IF_ERROR(parts->OpenStores(environment));
  VARVE_RETURN_IF_ERROR(parts->OpenServices(environment, log));
  VARVE_RETURN_IF_ERROR(parts->OpenContext(environment, log));
  return std::unique_ptr<LambdaPlace>(new LambdaPlace(std::move(parts)));
}

lambda::FunctionContext& LambdaPlace::context() { return *parts_->context; }
void LambdaPlace::Flush() { parts_->metrics.Flush(); }

}  // namespace varve::cli
