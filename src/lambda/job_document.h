// The job document, job.json: all that a job is told, so that it needs no access to the tracker
// (docs/internals/aws.md). Written beside what the job stages, in the output store.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "lambda/function.h"
#include "model/manifest.h"
#include "ports/schema_ledger.h"

namespace varve::lambda {

struct JobDocument {
  std::string job;
  Manifest manifest;
  SchemaVersion schema;  // version 0: none yet
  ConversionKeys conversion;
  std::string output;   // "s3://bucket/prefix/"
  std::string staging;  // "s3://bucket/_varve/staging/<job>/"
};

std::string DocumentKey(std::string_view job);  // in the output store
std::string ResultKey(std::string_view job);

std::string JobDocumentToJson(const JobDocument& document);
// kCorrupt.
Result<JobDocument> JobDocumentFromJson(std::string_view text);

}  // namespace varve::lambda
