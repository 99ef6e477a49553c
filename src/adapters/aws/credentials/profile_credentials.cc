#include "adapters/aws/credentials/profile_credentials.h"

#include <string>

#include "adapters/aws/credentials/process_credentials.h"
#include "adapters/aws/credentials/sso_credentials.h"
#include "adapters/aws/credentials/web_identity_credentials.h"

namespace varve::aws {
namespace {

template <typename Setting>
Result<Credentials> StaticCredentials(const Setting& setting) {
  Credentials credentials{setting("aws_access_key_id"), setting("aws_secret_access_key"),
                          setting("aws_session_token"), 0};
  if (credentials.access_key_id.empty()) return Error{Code::kNotFound, "no aws_access_key_id"};
  if (!credentials.secret_access_key.empty()) return credentials;
  return Error{Code::kInvalidArgument, "it has aws_access_key_id, and no aws_secret_access_key"};
}

Result<Credentials> OfProcess(const std::string& command) {
  if (command.empty()) return Error{Code::kNotFound, "no credential_process"};
  return ProcessCredentials(command);
}

Error SaysNothing(const ProfileFiles& files, std::string_view profile) {
  if (!files.Has(profile)) return Error{Code::kNotFound, "it is " + files.Absence()};
  if (!files.Setting(profile, "login_session").empty()) {
    return Error{Code::kInvalidArgument,
                 "its login_session is for the AWS CLI alone; add another profile with "
                 "credential_process = aws configure export-credentials --profile " +
                     std::string(profile) + " --format process"};
  }
  return Error{Code::kNotFound, "it says nothing of credentials"};
}

}  // namespace

bool HasStaticCredentials(const ProfileFiles& files, std::string_view profile) {
  return !files.Setting(profile, "aws_access_key_id").empty();
}

Result<Credentials> ProfileCredentials(const CredentialContext& context, const ProfileFiles& files,
                                       std::string_view profile) {
  Result<Credentials> found = WebIdentityOfProfile(context, files, profile);
  const auto is_none = [&] { return !found.ok() && found.error().code == Code::kNotFound; };
  if (is_none()) found = SsoCredentials(context, files, profile);
  if (is_none()) {
    found = StaticCredentials(
        [&](std::string_view key) { return files.SettingOfCredentials(profile, key); });
  }
  if (is_none()) found = OfProcess(files.Setting(profile, "credential_process"));
  if (is_none()) {
    found = StaticCredentials(
        [&](std::string_view key) { return files.SettingOfConfig(profile, key); });
  }
  if (is_none()) return SaysNothing(files, profile);
  return found;
}

}  // namespace varve::aws
