// Libraries that are loaded when the first call needs them, not when the program starts.
#pragma once

#include <dlfcn.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace varve {

// Sets `function` to the library's function `name`; false when `library` is null or has none.
template <typename Function>
bool FindFunction(void* library, const char* name, Function& function) {
  if (library == nullptr) return false;
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

// Of the dlopen or dlsym that failed last: "libcurl cannot be loaded (why); install libcurl4, …".
inline Error CannotLoad(std::string_view library, std::string_view package) {
  const char* const why = dlerror();
  return Error{Code::kNotFound, std::string(library) + " cannot be loaded (" +
                                    (why == nullptr ? "unknown" : why) + "); install " +
                                    std::string(package) + ", then start varve again"};
}

}  // namespace varve
