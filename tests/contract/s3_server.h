// The S3 server that VARVE_TEST_S3 names, and new buckets in it.
#pragma once

#include <filesystem>
#include <memory>

#include "adapters/aws/s3/s3_object_store.h"

namespace varve {

// Whether there is one; else its tests are skipped.
bool HasS3Server();
// A bucket of its own; with versioning if VARVE_TEST_S3_VERSIONING is set.
std::unique_ptr<ObjectStore> MakeS3Store(const std::filesystem::path& scratch);

}  // namespace varve
