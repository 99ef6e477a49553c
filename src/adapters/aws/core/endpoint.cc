#include "adapters/aws/core/endpoint.h"

#include <array>
#include <cctype>
#include <utility>

namespace varve::aws {
namespace {

// AWS_ENDPOINT_URL_<...> is named after the SDKs' service ids, which differ from the host names.
std::string VariableOf(std::string_view service) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kIds = {
      {{"states", "SFN"}, {"monitoring", "CLOUDWATCH"}, {"portal.sso", "SSO"}}};
  std::string name = "AWS_ENDPOINT_URL_";
  for (const auto& [host, id] : kIds) {
    if (service == host) return name.append(id);
  }
  for (const unsigned char c : service) name.push_back(static_cast<char>(std::toupper(c)));
  return name;
}

std::string WithoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::optional<std::string> ConfiguredEndpoint(std::string_view service,
                                              const Environment& environment) {
  if (environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true") return std::nullopt;
  if (auto own = environment(VariableOf(service).c_str())) return WithoutSlash(*std::move(own));
  if (auto all = environment("AWS_ENDPOINT_URL")) return WithoutSlash(*std::move(all));
  return std::nullopt;
}

std::string EndpointOf(std::string_view service, std::string_view region,
                       const Environment& environment) {
  if (auto configured = ConfiguredEndpoint(service, environment)) return *std::move(configured);
  const std::string_view domain = region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return "https://" + std::string(service) + "." + std::string(region) + "." + std::string(domain);
}

std::string RegionOf(const Environment& environment) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (auto region = environment(name)) return *std::move(region);
  }
  return "us-east-1";
}

}  // namespace varve::aws
