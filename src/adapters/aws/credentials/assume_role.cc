#include "adapters/aws/credentials/assume_role.h"

#include <utility>

#include "adapters/aws/core/endpoint.h"
#include "adapters/aws/core/profile_environment.h"

namespace varve::aws {
namespace {

std::string NewSessionName(const Clock& clock) {
  return "varve-" + std::to_string(clock.NowUs() / kMicrosPerSecond);
}

// STS, asked as `source`.
struct Sts {
  Sts(const CredentialContext& context, const Environment& places, Credentials source)
      : known(std::move(source)),
        client(context.http, known, context.clock, context.random,
               SettingsOfSearch(RegionOf(places))),
        sts(client, EndpointOf("sts", client.region(), places)) {}

  KnownCredentials known;
  AwsClient client;
  StsClient sts;
};

}  // namespace

RoleToAssume RoleOf(const ProfileFiles& files, std::string_view profile) {
  return {files.Setting(profile, "role_arn"), files.Setting(profile, "role_session_name"),
          files.Setting(profile, "external_id"), files.Setting(profile, "duration_seconds")};
}

Result<Credentials> AssumeRoleAs(const CredentialContext& context, RoleToAssume role,
                                 Credentials source) {
  VARVE_ASSIGN_OR_RETURN(const Environment places, WithProfile(context.environment));
  if (role.session_name.empty()) role.session_name = NewSessionName(context.clock);
  auto found = Sts(context, places, std::move(source)).sts.AssumeRole(role);
  if (!found.ok()) return Refusal(std::move(found).error());
  return found;
}

Result<Credentials> AssumeRoleByToken(const CredentialContext& context, RoleToAssume role,
                                      std::string_view token) {
  VARVE_ASSIGN_OR_RETURN(const Environment places, WithProfile(context.environment));
  if (role.session_name.empty()) role.session_name = NewSessionName(context.clock);
  auto found = Sts(context, places, Credentials()).sts.AssumeRoleWithWebIdentity(role, token);
  if (!found.ok()) return Refusal(std::move(found).error());
  return found;
}

}  // namespace varve::aws
