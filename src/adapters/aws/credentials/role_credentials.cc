#include "adapters/aws/credentials/role_credentials.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "adapters/aws/credentials/assume_role.h"
#include "adapters/aws/credentials/container_credentials.h"
#include "adapters/aws/credentials/instance_credentials.h"
#include "adapters/aws/credentials/profile_credentials.h"

namespace varve::aws {
namespace {

Error Wrong(std::string message) { return Error{Code::kInvalidArgument, std::move(message)}; }

class RoleSearch {
 public:
  RoleSearch(const CredentialContext& context, const ProfileFiles& files)
      : context_(context), files_(files) {}

  bool HasRole(const std::string& profile) const {
    return !files_.Setting(profile, "role_arn").empty() &&
           files_.Setting(profile, "web_identity_token_file").empty();
  }

  Result<Credentials> Role(const std::string& profile) {
    if (!files_.Setting(profile, "mfa_serial").empty()) {
      return Wrong("role_arn of profile " + profile +
                   " needs a code of mfa_serial, which varve does not ask for; name the role in a "
                   "profile with credential_process = aws configure export-credentials --profile " +
                   profile + " --format process");
    }
    visited_.push_back(profile);
    VARVE_ASSIGN_OR_RETURN(Credentials source, SourceOf(profile));
    return AssumeRoleAs(context_, RoleOf(files_, profile), std::move(source));
  }

 private:
  Result<Credentials> SourceOf(const std::string& profile) {
    const std::string source = files_.Setting(profile, "source_profile");
    const std::string kind = files_.Setting(profile, "credential_source");
    if (source.empty() == kind.empty()) {
      return Wrong("profile " + profile + " has role_arn and " +
                   (source.empty() ? "neither source_profile nor" : "both source_profile and") +
                   " credential_source; give one of them");
    }
    auto found = source.empty() ? OfKind(kind) : OfProfile(profile, source);
    if (found.ok()) return found;
    // That the source has none is no reason to look elsewhere: the profile names it.
    if (found.error().code == Code::kNotFound) found.error().code = Code::kInvalidArgument;
    return std::move(found).error().WithContext(source.empty() ? "credential_source " + kind
                                                               : "source_profile " + source);
  }

  Result<Credentials> OfProfile(const std::string& profile, const std::string& source) {
    if (HasStaticCredentials(files_, source) || !HasRole(source)) {
      return ProfileCredentials(context_, files_, source);
    }
    if (std::find(visited_.begin(), visited_.end(), source) != visited_.end()) {
      return Wrong("profile " + profile + " leads back to " + source +
                   "; one of them must have credentials of its own");
    }
    return Role(source);
  }

  Result<Credentials> OfKind(const std::string& kind) {
    if (kind == "Environment") return EnvironmentCredentials(context_.environment).Get();
    if (kind == "Ec2InstanceMetadata") return InstanceCredentials(context_);
    if (kind == "EcsContainer") return ContainerCredentials(context_);
    return Wrong("it is to be Environment, Ec2InstanceMetadata or EcsContainer");
  }

  const CredentialContext& context_;
  const ProfileFiles& files_;
  std::vector<std::string> visited_;
};

}  // namespace

Result<Credentials> RoleCredentials(const CredentialContext& context, const ProfileFiles& files,
                                    const std::string& profile) {
  RoleSearch search(context, files);
  if (!search.HasRole(profile)) return Error{Code::kNotFound, "no role_arn"};
  return search.Role(profile);
}

}  // namespace varve::aws
