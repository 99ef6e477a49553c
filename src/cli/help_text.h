// Texts that --help, the man page and the reference share.
#pragma once

namespace varve::cli {

inline constexpr const char* kRootDescription =
    "Turn NDJSON into Parquet, losing nothing\n\n"
    "Every line is accounted for: lines = rows written + lines quarantined + blank lines. No value "
    "is dropped, rounded or coerced without being counted.";

struct ExitStatus {
  int code;
  const char* meaning;
};

inline constexpr ExitStatus kExitStatuses[] = {
    {0, "all good"},
    {1, "failed; nothing was published"},
    {2, "usage: a bad flag, value, configuration or schema file"},
    {3, "done, but some lines or files were quarantined or failed"},
    {130, "interrupted; nothing was published"},
};

inline constexpr const char* kEnvironment =
    "Every flag of convert, schema infer and run is also an environment variable, --max-errors "
    "being "
    "VARVE_MAX_ERRORS (repeatable flags take values separated by ;), and a key in varve.toml, "
    "max-errors = \"1%\" in section [convert] or [schema.infer]. The command line wins over the "
    "environment, and that over the file.";

inline constexpr const char* kSimd =
    "VARVE_SIMD=scalar|sse4|avx2|avx512 forces the SIMD kernels; the best this CPU has is the "
    "default, and the output is the same.";

}  // namespace varve::cli
