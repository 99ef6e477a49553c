// Shows what the chain of credentials finds, for tests: a line of JSON for each line read.
//
//   get          {"id": …, "token": …, "expires": <seconds since the epoch, 0: never>} or {"error":
//   …} advance N    the clock, which stands still, goes on by N seconds; no answer forget what was
//   found last is refused as expired; no answer place S      {"region": …, "endpoint": …} of
//   service S identity     {"arn": …}: whom STS takes the credentials for
#include <atomic>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "adapters/aws/core/endpoint.h"
#include "adapters/aws/core/profile_environment.h"
#include "adapters/aws/credentials/credential_chain.h"
#include "adapters/aws/credentials/sts_client.h"

namespace varve::aws {
namespace {

using nlohmann::json;

class MovableClock : public Clock {
 public:
  int64_t NowUs() const override { return now_us_; }
  void Advance(int64_t us) { now_us_ += us; }

 private:
  std::atomic<int64_t> now_us_ = SystemClock().NowUs();
};

json ErrorOf(const Error& error) {
  return {{"error", error.message}, {"code", CodeName(error.code)}};
}

class Program {
 public:
  void Do(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    std::string object;
    words >> verb >> object;
    if (verb == "advance") clock_.Advance(std::stoll(object) * kMicrosPerSecond);
    if (verb == "forget") chain_.Forget(last_);
    if (verb == "get") Show(Get());
    if (verb == "place") Show(Place(object));
    if (verb == "identity") Show(Identity());
  }

 private:
  static void Show(const json& answer) { std::cout << answer.dump() << std::endl; }

  json Get() {
    const auto found = chain_.Get();
    if (!found.ok()) return ErrorOf(found.error());
    last_ = *found;
    return {{"id", found->access_key_id},
            {"secret", found->secret_access_key},
            {"token", found->session_token},
            {"expires", found->expires_us / kMicrosPerSecond}};
  }

  static json Place(const std::string& service) {
    const auto places = WithProfile(ProcessEnvironment);
    if (!places.ok()) return ErrorOf(places.error());
    const std::string region = RegionOf(*places);
    return {{"region", region}, {"endpoint", EndpointOf(service, region, *places)}};
  }

  json Identity() {
    const auto places = WithProfile(ProcessEnvironment);
    if (!places.ok()) return ErrorOf(places.error());
    AwsClientSettings settings;
    settings.region = RegionOf(*places);
    AwsClient client(http_, chain_, clock_, SystemRandom(), settings);
    const auto identity =
        StsClient(client, EndpointOf("sts", settings.region, *places)).GetCallerIdentity();
    if (!identity.ok()) return ErrorOf(identity.error());
    return {{"arn", identity->arn}};
  }

  HttpClient http_;
  MovableClock clock_;
  CredentialChain chain_{http_, clock_, SystemRandom()};
  Credentials last_;
};

}  // namespace
}  // namespace varve::aws

int main() {
  varve::aws::Program program;
  for (std::string line; std::getline(std::cin, line);) program.Do(line);
}
