// ProfileFiles: the profiles of ~/.aws/config and ~/.aws/credentials, or of the files that
// AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name.
//
// In the former a profile's section is [default] or [profile NAME], in the latter [NAME]. What the
// latter says of a profile goes before what the former says.
// Source: "Using shared config and credentials files" of the AWS SDKs and Tools Reference Guide.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/aws/core/environment_credentials.h"
#include "adapters/aws/core/ini_file.h"
#include "base/result.h"

namespace varve::aws {

// Thread-safety: a plain value.
class ProfileFiles {
 public:
  // A file that is not there has no profiles. Errors begin with the file, and its line.
  static Result<ProfileFiles> Load(const Environment& environment);

  // AWS_PROFILE, else "default": who is meant when nobody is named.
  static std::string NameOf(const Environment& environment);

  bool Has(std::string_view profile) const;
  std::vector<std::string> Names() const;  // of all profiles
  // "in neither …/credentials nor …/config", for a profile that is not there.
  std::string Absence() const;

  // What a profile says: both files together, or one of them. Empty: nothing.
  std::string Setting(std::string_view profile, std::string_view key) const;
  std::string SettingOfCredentials(std::string_view profile, std::string_view key) const;
  std::string SettingOfConfig(std::string_view profile, std::string_view key) const;

  // Of [sso-session NAME] and [services NAME]. Null: there is none.
  const IniSection* SsoSession(std::string_view name) const;
  const IniSection* Services(std::string_view name) const;

 private:
  const IniSection* ConfigOf(std::string_view profile) const;

  std::string credentials_path_;  // empty: there is no home to find it in
  std::string config_path_;
  IniFile credentials_;
  IniFile config_;
};

}  // namespace varve::aws
