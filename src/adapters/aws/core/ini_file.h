// The format of ~/.aws/config and ~/.aws/credentials, as the AWS CLI reads it:
//
//   [section]            a name between brackets
//   key = value          or "key: value"; white space around both does not count, nor does the
//                        key's case; a value may be empty and may hold "=", "#" and ";"
//     more               indented more than its key: the value goes on in another line
//   # text, ; text       at the beginning of a line: nobody's
//
// A section or key that comes again adds to, or replaces, what came before, as AWS's SDKs have it.
// Source: "Using shared config and credentials files" of the AWS SDKs and Tools Reference Guide,
// and Python's configparser, which the AWS CLI reads them with. Thread-safety: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace varve::aws {

using IniSection = std::map<std::string, std::string, std::less<>>;  // keys in lower case
using IniFile = std::map<std::string, IniSection, std::less<>>;

// Empty: there is no such section (null), or it has no such key.
std::string SettingOf(const IniSection* section, std::string_view key);

// A value of several lines keeps their ends; each is without the white space around it. Errors
// begin with the number of the line: "3: …".
Result<IniFile> ParseIni(std::string_view text);

// A value of several lines that are settings themselves, such as those of a [services] section.
// Lines that are none are left out.
IniSection ParseNested(std::string_view value);

}  // namespace varve::aws
