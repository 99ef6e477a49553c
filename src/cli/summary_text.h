// What a conversion did, as a compact block for people.
#pragma once

#include <string>

#include "etl/convert/convert.h"

namespace varve::cli {

std::string SummaryText(const ConvertSummary& summary);

// The plan of a dry run: inputs, schema, outputs, bad lines, and that nothing was written.
std::string PlanText(const ConvertSummary& summary, const ConvertOptions& options);

// "file:line (byte offset): code: message"; without line for a whole file.
std::string LineErrorText(const LineError& error);

}  // namespace varve::cli
