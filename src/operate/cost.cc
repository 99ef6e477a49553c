#include "operate/cost.h"

#include <algorithm>

namespace varve {
namespace {

constexpr double kMillion = 1e6;
constexpr double kHourSeconds = 3600;

// Of the pipeline on AWS, counted (docs/aws/costs.md, docs/internals/dynamodb.md).
constexpr double kWritesAFile = 35;            // write units
constexpr double kReadsABatch = 150;           // read units
constexpr double kTransitionsABatch = 6;       // of the state machine
constexpr double kMessagesAFile = 3;           // requests to SQS
constexpr double kGetsAFile = 3;               // the event's HEAD, the read, the disposition's
constexpr double kPutsABatch = 6;              // manifest, document, result, and their like
constexpr double kSmallFunctionSeconds = 1.5;  // builder, begin and commit of a batch together ...
constexpr double kSmallFunctionGb = 0.25;      // ... at their memory
constexpr double kSmallFunctionsABatch = 3;

double Requests(const Workload& work, const AwsPrices& prices) {
  return static_cast<double>(work.files) * kGetsAFile * prices.s3_million_gets / kMillion +
         static_cast<double>(work.batches) * kPutsABatch * prices.s3_million_puts / kMillion;
}

// What surrounds the engine in the deployed pipeline, whichever it is.
double Around(const Workload& work, const AwsPrices& prices) {
  const auto files = static_cast<double>(work.files);
  const auto batches = static_cast<double>(work.batches);
  return files * kWritesAFile * prices.dynamodb_million_writes / kMillion +
         batches * kReadsABatch * prices.dynamodb_million_reads / kMillion +
         batches * kTransitionsABatch * prices.states_million_transitions / kMillion +
         files * kMessagesAFile * prices.sqs_million_requests / kMillion +
         batches * kSmallFunctionSeconds * kSmallFunctionGb * prices.lambda_gb_second +
         batches * kSmallFunctionsABatch * prices.lambda_million_requests / kMillion +
         Requests(work, prices);
}

double Conversion(const Workload& work, const CostAssumptions& assumptions, double vcpus) {
  return static_cast<double>(work.bytes) / (assumptions.bytes_per_vcpu_second * vcpus);
}

EngineCost OnLambda(const Workload& work, const CostAssumptions& assumptions,
                    const AwsPrices& prices) {
  EngineCost cost;
  const auto batches = static_cast<double>(work.batches);
  cost.engine = "lambda";
  cost.machine = "functions of 3008 MiB";
  cost.seconds = batches * assumptions.lambda_batch_seconds +
                 Conversion(work, assumptions, assumptions.lambda_vcpus);
  cost.engine_dollars = cost.seconds * assumptions.lambda_memory_gb * prices.lambda_gb_second +
                        batches * prices.lambda_million_requests / kMillion;
  cost.around_dollars = Around(work, prices);
  return cost;
}

EngineCost OnGlue(const Workload& work, const CostAssumptions& assumptions,
                  const AwsPrices& prices) {
  EngineCost cost;
  cost.engine = "glue";
  cost.machine = "runs of 2 workers G.1X, one for each batch";
  cost.seconds = static_cast<double>(work.batches) * assumptions.glue_run_seconds +
                 Conversion(work, assumptions, assumptions.glue_vcpus);
  cost.engine_dollars = cost.seconds / kHourSeconds * assumptions.glue_dpus * prices.glue_dpu_hour;
  cost.around_dollars = Around(work, prices);
  return cost;
}

// `varve run` with its state on the machine's disk: no table, no workflow and no queue.
EngineCost OnEc2(const Workload& work, const CostAssumptions& assumptions,
                 const AwsPrices& prices) {
  constexpr double kBilledMin = 60;
  EngineCost cost;
  cost.engine = "ec2";
  cost.machine = "one " + assumptions.ec2_instance + ", while it converts";
  cost.seconds = work.files == 0
                     ? 0
                     : std::max(kBilledMin, Conversion(work, assumptions, assumptions.ec2_vcpus));
  cost.engine_dollars = cost.seconds / kHourSeconds * prices.ec2_instance_hour;
  cost.around_dollars = Requests(work, prices);
  return cost;
}

uint64_t DividedUp(uint64_t amount, uint64_t by) { return (amount + by - 1) / by; }

}  // namespace

Workload WorkloadOf(const FlushConfig& flush, uint64_t files, uint64_t bytes) {
  const uint64_t by_files = DividedUp(files, std::max<uint64_t>(1, flush.min_files));
  const uint64_t by_bytes = DividedUp(bytes, std::max<uint64_t>(1, flush.max_bytes));
  return {files, bytes, std::min(files, std::max(by_files, by_bytes))};
}

std::vector<EngineCost> EstimateCosts(const Workload& work, const CostAssumptions& assumptions,
                                      const AwsPrices& prices) {
  return {OnLambda(work, assumptions, prices), OnGlue(work, assumptions, prices),
          OnEc2(work, assumptions, prices)};
}

Json CostsJson(const Workload& work, const CostAssumptions& assumptions, const AwsPrices& prices) {
  Json engines = Json::object();
  for (const EngineCost& cost : EstimateCosts(work, assumptions, prices)) {
    engines[cost.engine] = {{"dollars", cost.dollars()},
                            {"engine_dollars", cost.engine_dollars},
                            {"around_dollars", cost.around_dollars},
                            {"seconds", cost.seconds},
                            {"machine", cost.machine}};
  }
  return {
      {"files", work.files},           {"bytes", work.bytes},
      {"batches", work.batches},       {"bytes_per_vcpu_second", assumptions.bytes_per_vcpu_second},
      {"engines", std::move(engines)}, {"prices", PricesJson(prices)}};
}

}  // namespace varve
