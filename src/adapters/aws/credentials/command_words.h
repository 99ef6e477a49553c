// The words of a command line, as the AWS CLI takes `credential_process` apart: at white space,
// save between quotes. Nothing else that shells know has a meaning ("$HOME", "~", "*", "|").
//
// In '…' all is as it stands; in "…" a backslash takes away the meaning of `"` and `\`; outside it
// does so of any character. Source: Python's shlex.split. Thread-safety: pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace varve::aws {

// kInvalidArgument: a quote is not closed, or nothing follows a backslash.
Result<std::vector<std::string>> CommandWords(std::string_view command);

}  // namespace varve::aws
