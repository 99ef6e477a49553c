// AWS prices: what the services that a pipeline uses cost, in dollars. The one place that has them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "operate/record_json.h"

namespace varve {

// List prices of the region us-east-1, without free tiers, discounts, storage and data transfer.
struct AwsPrices {
  std::string region = "us-east-1";
  std::string date = "2025-11";

  double lambda_gb_second = 0.0000166667;  // x86; https://aws.amazon.com/lambda/pricing/
  double lambda_million_requests = 0.20;   // the same
  double glue_dpu_hour = 0.44;             // https://aws.amazon.com/glue/pricing/
  double ec2_instance_hour = 0.08925;  // c7i.large; https://aws.amazon.com/ec2/pricing/on-demand/
  double states_million_transitions = 25;  // https://aws.amazon.com/step-functions/pricing/
  double dynamodb_million_writes = 0.625;  // on demand; https://aws.amazon.com/dynamodb/pricing/
  double dynamodb_million_reads = 0.125;   // the same
  double s3_million_puts = 5;              // https://aws.amazon.com/s3/pricing/
  double s3_million_gets = 0.40;           // the same
  double sqs_million_requests = 0.40;      // https://aws.amazon.com/sqs/pricing/
};

Json PricesJson(const AwsPrices& prices);

// A JSON object with some of the names that PricesJson gives, in the place of what is built in.
// kInvalidArgument says which name or value is wrong, and what is accepted.
Result<AwsPrices> ReadPrices(std::string_view text);

}  // namespace varve
