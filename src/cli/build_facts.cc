#include "cli/build_facts.h"

#include <fmt/format.h>
#include <isa-l.h>
#include <lz4.h>
#include <simdjson.h>
#include <snappy-stubs-public.h>
#include <sqlite3.h>
#include <xxhash.h>
#include <zlib.h>
#include <zstd.h>

#include "cli/build_commit.h"

namespace varve::cli {

std::string_view BuildCommit() { return VARVE_COMMIT; }
std::string_view BuildType() { return VARVE_BUILD_TYPE; }
std::string_view BuildCompiler() { return VARVE_COMPILER; }

std::vector<std::pair<std::string, std::string>> LibraryVersions() {
  const unsigned xxhash = XXH_versionNumber();
  return {
      {"isal", fmt::format("{}.{}.{}", ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION)},
      {"lz4", LZ4_versionString()},
      {"simdjson", fmt::format("{}.{}.{}", int{simdjson::SIMDJSON_VERSION_MAJOR},
                               int{simdjson::SIMDJSON_VERSION_MINOR},
                               int{simdjson::SIMDJSON_VERSION_REVISION})},
      {"snappy", fmt::format("{}.{}.{}", SNAPPY_MAJOR, SNAPPY_MINOR, SNAPPY_PATCHLEVEL)},
      {"sqlite", sqlite3_libversion()},
      {"xxhash", fmt::format("{}.{}.{}", xxhash / 10'000, xxhash / 100 % 100, xxhash % 100)},
      {"zlib", zlibVersion()},
      {"zstd", ZSTD_versionString()},
  };
}

}  // namespace varve::cli
