#include "operate/aws_prices.h"

#include <utility>

namespace varve {
namespace {

struct NamedPrice {
  const char* name;
  double AwsPrices::*price;
};

constexpr NamedPrice kPrices[] = {
    {"lambda_gb_second", &AwsPrices::lambda_gb_second},
    {"lambda_million_requests", &AwsPrices::lambda_million_requests},
    {"glue_dpu_hour", &AwsPrices::glue_dpu_hour},
    {"ec2_instance_hour", &AwsPrices::ec2_instance_hour},
    {"states_million_transitions", &AwsPrices::states_million_transitions},
    {"dynamodb_million_writes", &AwsPrices::dynamodb_million_writes},
    {"dynamodb_million_reads", &AwsPrices::dynamodb_million_reads},
    {"s3_million_puts", &AwsPrices::s3_million_puts},
    {"s3_million_gets", &AwsPrices::s3_million_gets},
    {"sqs_million_requests", &AwsPrices::sqs_million_requests},
};

Error Wrong(const std::string& what) {
  std::string accepted = "region, date";
  for (const NamedPrice& price : kPrices) accepted += std::string(", ") + price.name;
  return {Code::kInvalidArgument, what + "; accepted: " + accepted};
}

Status SetPrice(const std::string& name, const Json& value, AwsPrices* prices) {
  for (const auto& [text, member] :
       {std::pair("region", &AwsPrices::region), std::pair("date", &AwsPrices::date)}) {
    if (name != text) continue;
    if (!value.is_string()) return Wrong(name + " is not a text");
    prices->*member = value.get<std::string>();
    return Ok{};
  }
  for (const NamedPrice& price : kPrices) {
    if (name != price.name) continue;
    if (!value.is_number() || value.get<double>() < 0) return Wrong(name + " is not a price");
    prices->*price.price = value.get<double>();
    return Ok{};
  }
  return Wrong("\"" + name + "\" is no price that is known");
}

}  // namespace

Json PricesJson(const AwsPrices& prices) {
  Json json = {{"region", prices.region}, {"date", prices.date}};
  for (const NamedPrice& price : kPrices) json[price.name] = prices.*price.price;
  return json;
}

Result<AwsPrices> ReadPrices(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Wrong("not a JSON object");
  AwsPrices prices;
  for (const auto& [name, value] : json.items()) {
    VARVE_RETURN_IF_ERROR(SetPrice(name, value, &prices));
  }
  return prices;
}

}  // namespace varve
