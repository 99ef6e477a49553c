#include "adapters/aws/credentials/container_credentials.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "adapters/aws/credentials/credentials_json.h"
#include "adapters/aws/credentials/secret_file.h"

namespace varve::aws {
namespace {

constexpr const char* kRelative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr const char* kFull = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr const char* kEcs = "http://169.254.170.2";
constexpr int64_t kContainerTimeoutMs = 2'000;

// "host" of "http://host:80/path", "[::1]" of "http://[::1]:80"; empty: there is none, or a user's
// name is before it, which makes what is before the "@" look like the host.
std::string_view HostOfUrl(std::string_view url, std::string_view scheme) {
  url.remove_prefix(scheme.size());
  url = url.substr(0, url.find_first_of("/?#"));
  if (url.find('@') != url.npos) return {};
  if (!url.starts_with('[')) return url.substr(0, url.find(':'));
  const size_t end = url.find(']');
  return end == url.npos ? std::string_view() : url.substr(0, end + 1);
}

bool IsLoopback(std::string_view host) {
  in_addr address{};
  const bool is_ipv4 = inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
  return host == "localhost" || host == "[::1]" ||
         (is_ipv4 && (ntohl(address.s_addr) >> 24) == 127);
}

bool MayBeTold(std::string_view url) {
  constexpr std::string_view kTls = "https://";
  constexpr std::string_view kPlain = "http://";
  constexpr std::array<std::string_view, 3> kAgents = {"169.254.170.2", "169.254.170.23",
                                                       "[fd00:ec2::23]"};
  if (url.starts_with(kTls)) return !HostOfUrl(url, kTls).empty();
  if (!url.starts_with(kPlain)) return false;
  const std::string_view host = HostOfUrl(url, kPlain);
  return IsLoopback(host) || std::find(kAgents.begin(), kAgents.end(), host) != kAgents.end();
}

Result<std::string> TokenOf(const Environment& environment) {
  if (const auto file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    return ReadSecretFile(*file);
  }
  std::string token = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  if (token.find_first_of("\r\n") == token.npos) return token;
  return Error{Code::kInvalidArgument, "AWS_CONTAINER_AUTHORIZATION_TOKEN has several lines"};
}

}  // namespace

Result<std::string> ContainerUrl(const Environment& environment) {
  if (const auto relative = environment(kRelative)) {
    if (relative->starts_with('/')) return kEcs + *relative;
    return Error{Code::kInvalidArgument, std::string(kRelative) + " does not begin with \"/\""};
  }
  const auto url = environment(kFull);
  if (!url) {
    return Error{Code::kNotFound,
                 std::string("neither ") + kRelative + " nor " + kFull + " is set"};
  }
  if (MayBeTold(*url)) return *url;
  return Error{Code::kInvalidArgument,
               std::string(kFull) +
                   " is neither https nor an address of this machine, of ECS "
                   "(169.254.170.2) or of EKS (169.254.170.23, [fd00:ec2::23])"};
}

Result<Credentials> ContainerCredentials(const CredentialContext& context) {
  HttpRequest request;
  VARVE_ASSIGN_OR_RETURN(request.url, ContainerUrl(context.environment));
  VARVE_ASSIGN_OR_RETURN(std::string token, TokenOf(context.environment));
  request.headers = {{"Accept", "application/json"}};
  if (!token.empty()) request.headers.emplace_back("Authorization", std::move(token));
  request.is_direct = true;  // a proxy is not to be told the token
  request.connect_timeout_ms = kContainerTimeoutMs;
  request.timeout_ms = kContainerTimeoutMs;
  VARVE_ASSIGN_OR_RETURN(const HttpResponse response, context.http.Send(request));
  if (response.ok()) return CredentialsFromJson(response.body);
  return Refusal(ToError(ParseFailure(response), "get the container's credentials"));
}

}  // namespace varve::aws
