// The one line that `varve convert --json` ends with: a stable interface
// (docs/reference/json-summary.md).
#pragma once

#include <string>

#include "etl/convert/convert.h"

namespace varve::cli {

// One line with its newline. In a dry run it also holds "dry_run": true and the "schema" document.
std::string SummaryJson(const ConvertSummary& summary, bool dry_run);

}  // namespace varve::cli
