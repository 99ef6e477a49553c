// Compiles a region of a file for a CPU level without building the whole program for it.
//
// The release binary is portable; each kernel file is the same text inside another region. Include
// every header before the region: code of the standard library compiled inside it could be the
// copy that the linker keeps for everybody.
#pragma once

#define VARVE_PRAGMA(x) _Pragma(#x)
#if defined(__clang__)
#define VARVE_TARGET_BEGIN(features) \
  VARVE_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define VARVE_TARGET_END VARVE_PRAGMA(clang attribute pop)
#else
#define VARVE_TARGET_BEGIN(features) \
  VARVE_PRAGMA(GCC push_options) VARVE_PRAGMA(GCC target(features))
#define VARVE_TARGET_END VARVE_PRAGMA(GCC pop_options)
#endif
