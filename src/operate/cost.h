// Cost: what converting an amount of files would cost on AWS, by each of the engines: an estimate,
// of prices and of assumptions that are told with it. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "operate/aws_prices.h"
#include "pipeline/flush_policy.h"

namespace varve {

struct Workload {
  uint64_t files = 0;
  uint64_t bytes = 0;  // as stored
  uint64_t batches = 0;
};

// How many batches the pipeline would make of so much.
Workload WorkloadOf(const FlushConfig& flush, uint64_t files, uint64_t bytes);

// The machines are those of infra/template.yaml's defaults, and of docs/aws/costs.md.
struct CostAssumptions {
  // Less than half of the slowest file of docs/benchmarks at one thread (events, 356 MB/s): the
  // rest is for S3, and for what the machines there are slower.
  double bytes_per_vcpu_second = 150e6;
  double lambda_memory_gb = 3008.0 / 1024;
  double lambda_vcpus = 3008.0 / 1769;  // what Lambda gives with the memory
  double lambda_batch_seconds = 1;      // a batch's own: to start, to find out, to publish
  double glue_dpus = 2;                 // G.1X workers of a run; one of them drives
  double glue_vcpus = 4;                // of the other
  double glue_run_seconds = 60;         // a run's own, and the least that is billed
  double ec2_vcpus = 2;
  std::string ec2_instance = "c7i.large";
};

struct EngineCost {
  std::string engine;         // "lambda", "glue", "ec2"
  double seconds = 0;         // of the engine, of all batches together
  double engine_dollars = 0;  // what it costs alone
  double around_dollars = 0;  // tracking, workflow, events and requests around it
  std::string machine;        // for people: what the seconds are of

  double dollars() const { return engine_dollars + around_dollars; }
};

// In the order above.
std::vector<EngineCost> EstimateCosts(const Workload& work, const CostAssumptions& assumptions,
                                      const AwsPrices& prices);

Json CostsJson(const Workload& work, const CostAssumptions& assumptions, const AwsPrices& prices);

}  // namespace varve
