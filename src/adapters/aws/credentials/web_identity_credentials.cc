#include "adapters/aws/credentials/web_identity_credentials.h"

#include <string>
#include <utility>

#include "adapters/aws/credentials/assume_role.h"
#include "adapters/aws/credentials/secret_file.h"

namespace varve::aws {
namespace {

Result<Credentials> Assume(const CredentialContext& context, const std::string& token_file,
                           RoleToAssume role) {
  if (role.role_arn.empty()) {
    return Error{Code::kInvalidArgument, "the token file " + token_file +
                                             " is named, and no role; set AWS_ROLE_ARN, or "
                                             "role_arn in the profile"};
  }
  VARVE_ASSIGN_OR_RETURN(const std::string token, ReadSecretFile(token_file));
  return AssumeRoleByToken(context, std::move(role), token);
}

}  // namespace

Result<Credentials> WebIdentityCredentials(const CredentialContext& context,
                                           const ProfileFiles& files, std::string_view profile) {
  const auto setting = [&](const char* variable, std::string_view key) {
    return context.environment(variable).value_or(files.Setting(profile, key));
  };
  const std::string token_file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
  if (token_file.empty()) {
    return Error{Code::kNotFound, "AWS_WEB_IDENTITY_TOKEN_FILE is not set"};
  }
  RoleToAssume role = RoleOf(files, profile);
  role.role_arn = setting("AWS_ROLE_ARN", "role_arn");
  role.session_name = setting("AWS_ROLE_SESSION_NAME", "role_session_name");
  return Assume(context, token_file, std::move(role));
}

Result<Credentials> WebIdentityOfProfile(const CredentialContext& context,
                                         const ProfileFiles& files, std::string_view profile) {
  const std::string token_file = files.Setting(profile, "web_identity_token_file");
  if (token_file.empty()) return Error{Code::kNotFound, "no web_identity_token_file"};
  return Assume(context, token_file, RoleOf(files, profile));
}

}  // namespace varve::aws
