#include "adapters/aws/credentials/credential_chain.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/aws/core/profile_files.h"
#include "adapters/aws/credentials/container_credentials.h"
#include "adapters/aws/credentials/instance_credentials.h"
#include "adapters/aws/credentials/profile_credentials.h"
#include "adapters/aws/credentials/role_credentials.h"
#include "adapters/aws/credentials/web_identity_credentials.h"

namespace varve::aws {
namespace {

class ChainSearch {
 public:
  explicit ChainSearch(const CredentialContext& context) : context_(context) {}

  Result<Credentials> Run() {
    Ask("the environment", EnvironmentCredentials(context_.environment).Get());
    if (!outcome_) AskProfile();
    if (!outcome_) Ask("a container", ContainerCredentials(context_));
    if (!outcome_) Ask("an EC2 instance", InstanceCredentials(context_));
    if (outcome_) return *std::move(outcome_);
    return Error{Code::kPermission,
                 "no AWS credentials: " + reasons_ +
                     "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a "
                     "profile that has some"};
  }

 private:
  void AskProfile() {
    auto files = ProfileFiles::Load(context_.environment);
    if (!files.ok()) {
      outcome_ = std::move(files).error();
      return;
    }
    const std::string profile = ProfileFiles::NameOf(context_.environment);
    const std::string place = "profile " + profile;
    if (context_.environment("AWS_PROFILE") && !files->Has(profile)) {
      outcome_ = Unknown(profile, *files);
      return;
    }
    // That the profile has no role is no place's failure.
    if (auto role = RoleCredentials(context_, *files, profile); !IsNone(role)) Ask(place, role);
    if (!outcome_) Ask("a web identity", WebIdentityCredentials(context_, *files, profile));
    if (!outcome_) Ask(place, ProfileCredentials(context_, *files, profile));
  }

  static Error Unknown(const std::string& profile, const ProfileFiles& files) {
    std::string message = "AWS_PROFILE is " + profile + ", which is " + files.Absence();
    const std::vector<std::string> names = files.Names();
    if (!names.empty()) message += "; there is";
    for (const std::string& name : names) message += " " + name;
    return Error{Code::kInvalidArgument, std::move(message)};
  }

  static bool IsNone(const Result<Credentials>& found) {
    return !found.ok() && found.error().code == Code::kNotFound;
  }

  void Ask(const std::string& place, Result<Credentials> found) {
    if (IsNone(found)) {
      reasons_ += (reasons_.empty() ? "" : ", ") + place + " (" + found.error().message + ")";
    } else if (found.ok()) {
      outcome_ = std::move(found);
    } else {
      outcome_ = std::move(found).error().WithContext("AWS credentials of " + place);
    }
  }

  const CredentialContext& context_;
  std::optional<Result<Credentials>> outcome_;
  std::string reasons_;
};

}  // namespace

CredentialChain::CredentialChain(HttpClient& http, const Clock& clock, Random& random,
                                 Environment environment)
    : context_{http, clock, random, std::move(environment)},
      cached_(clock, [this] { return ChainSearch(context_).Run(); }) {}

}  // namespace varve::aws
