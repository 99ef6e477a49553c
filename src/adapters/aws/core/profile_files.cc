#include "adapters/aws/core/profile_files.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/read_file.h"

namespace varve::aws {
namespace {

std::string PathOf(const Environment& environment, const char* variable, const char* usual) {
  std::string path = environment(variable).value_or(usual);
  if (!path.starts_with("~/")) return path;
  const auto home = environment("HOME");
  return home ? *home + path.substr(1) : "";
}

Result<IniFile> ReadIni(const std::string& path) {
  if (path.empty()) return IniFile();
  const auto text = ReadWholeFile(path);
  if (!text.ok() && text.error().code == Code::kNotFound) return IniFile();
  if (!text.ok()) return text.error();
  auto ini = ParseIni(*text);
  if (!ini.ok()) ini.error().message.insert(0, path + ":");
  return ini;
}

// "profile two", "profile 'a b'": what follows the word; none: the section is of another kind.
std::optional<std::string_view> NameAfter(std::string_view word, std::string_view section) {
  if (!section.starts_with(word)) return std::nullopt;
  section.remove_prefix(word.size());
  const size_t begin = section.find_first_not_of(" \t");
  if (begin == 0 || begin == section.npos) return std::nullopt;
  section.remove_prefix(begin);
  const char quote = section.front();
  const bool quoted =
      (quote == '"' || quote == '\'') && section.size() > 2 && section.back() == quote;
  return quoted ? section.substr(1, section.size() - 2) : section;
}

const IniSection* Find(const IniFile& file, std::string_view word, std::string_view name) {
  for (const auto& [section, settings] : file) {
    if (NameAfter(word, section) == name) return &settings;
  }
  return nullptr;
}

}  // namespace

Result<ProfileFiles> ProfileFiles::Load(const Environment& environment) {
  ProfileFiles files;
  files.credentials_path_ =
      PathOf(environment, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
  files.config_path_ = PathOf(environment, "AWS_CONFIG_FILE", "~/.aws/config");
  VARVE_ASSIGN_OR_RETURN(files.credentials_, ReadIni(files.credentials_path_));
  VARVE_ASSIGN_OR_RETURN(files.config_, ReadIni(files.config_path_));
  return files;
}

std::string ProfileFiles::NameOf(const Environment& environment) {
  return environment("AWS_PROFILE").value_or("default");
}

const IniSection* ProfileFiles::ConfigOf(std::string_view profile) const {
  const IniSection* const section = Find(config_, "profile", profile);
  if (section != nullptr || profile != "default") return section;
  const auto found = config_.find(profile);
  return found == config_.end() ? nullptr : &found->second;
}

bool ProfileFiles::Has(std::string_view profile) const {
  return credentials_.find(profile) != credentials_.end() || ConfigOf(profile) != nullptr;
}

std::vector<std::string> ProfileFiles::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, section] : credentials_) names.push_back(name);
  for (const auto& [name, section] : config_) {
    if (name == "default") names.push_back(name);
    if (const auto profile = NameAfter("profile", name)) names.emplace_back(*profile);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string ProfileFiles::Absence() const {
  if (credentials_path_.empty() && config_path_.empty()) {
    return "in no file: HOME is not set, nor are AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE";
  }
  return "in neither " + credentials_path_ + " nor " + config_path_;
}

std::string ProfileFiles::SettingOfCredentials(std::string_view profile,
                                               std::string_view key) const {
  const auto section = credentials_.find(profile);
  return section == credentials_.end() ? "" : SettingOf(&section->second, key);
}

std::string ProfileFiles::SettingOfConfig(std::string_view profile, std::string_view key) const {
  return SettingOf(ConfigOf(profile), key);
}

std::string ProfileFiles::Setting(std::string_view profile, std::string_view key) const {
  std::string value = SettingOfCredentials(profile, key);
  return value.empty() ? SettingOfConfig(profile, key) : value;
}

const IniSection* ProfileFiles::SsoSession(std::string_view name) const {
  return Find(config_, "sso-session", name);
}

const IniSection* ProfileFiles::Services(std::string_view name) const {
  return Find(config_, "services", name);
}

}  // namespace varve::aws
