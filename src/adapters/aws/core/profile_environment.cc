#include "adapters/aws/core/profile_environment.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/aws/core/profile_files.h"

namespace varve::aws {
namespace {

constexpr std::string_view kEndpoint = "AWS_ENDPOINT_URL";

std::string ServiceEndpoint(const ProfileFiles& files, std::string_view profile,
                            std::string_view id) {
  const IniSection* const services = files.Services(files.Setting(profile, "services"));
  std::string key(id);
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const IniSection settings = ParseNested(SettingOf(services, key));
  return SettingOf(&settings, "endpoint_url");
}

std::string ValueOf(const ProfileFiles& files, std::string_view profile, std::string_view name) {
  if (name == "AWS_REGION") return files.Setting(profile, "region");
  if (name == kEndpoint) return files.Setting(profile, "endpoint_url");
  if (name.starts_with(kEndpoint) && name.substr(kEndpoint.size()).starts_with('_')) {
    return ServiceEndpoint(files, profile, name.substr(kEndpoint.size() + 1));
  }
  return "";
}

}  // namespace

Result<Environment> WithProfile(const Environment& environment) {
  const bool has_endpoint = environment(kEndpoint.data()).has_value();
  const bool has_region = environment("AWS_REGION") || environment("AWS_DEFAULT_REGION");
  if (has_endpoint && has_region) return environment;
  VARVE_ASSIGN_OR_RETURN(ProfileFiles loaded, ProfileFiles::Load(environment));
  const auto files = std::make_shared<const ProfileFiles>(std::move(loaded));
  const std::string profile = ProfileFiles::NameOf(environment);
  return Environment([=](const char* name) -> std::optional<std::string> {
    if (auto value = environment(name)) return value;
    const std::string_view asked = name;
    if (has_region && asked == "AWS_REGION") return std::nullopt;
    if (has_endpoint && asked.starts_with(kEndpoint)) return std::nullopt;
    std::string value = ValueOf(*files, profile, asked);
    if (value.empty()) return std::nullopt;
    return value;
  });
}

}  // namespace varve::aws
