// FaultPlan: which calls of a port fail, and how. The Faulty* decorators ask it at every call; one
// plan may be shared by several of them, so that "the n-th call" is one of the whole process.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace varve {

struct Fault {
  Code code = Code::kIo;
  bool after = false;  // the call is performed, and only its answer is lost
};

// Thread-safe.
class FaultPlan {
 public:
  // Judges call number `number` (from 1) of `method` ("FileTracker::Claim"); none: it is spared.
  using Policy = std::function<std::optional<Fault>(uint64_t number, std::string_view method)>;

  // The call number `number` of all fails. Once.
  void FailCall(uint64_t number, Fault fault);
  // Judges each call that FailCall does not name; may throw to stop the caller where it is. Asked
  // by whichever thread calls, several at once.
  void SetPolicy(Policy policy);
  uint64_t Calls() const;

  // Performs the call, or lets it fail. The decorators' part.
  template <typename Call>
  auto Run(std::string_view method, Call call) -> decltype(call()) {
    const std::optional<Fault> fault = Next(method);
    if (fault.has_value() && !fault->after) return FaultError(*fault, method);
    auto result = call();
    if (fault.has_value()) return FaultError(*fault, method);
    return result;
  }

 private:
  std::optional<Fault> Next(std::string_view method);
  static Error FaultError(const Fault& fault, std::string_view method);

  mutable std::mutex mutex_;
  uint64_t calls_ = 0;
  std::map<uint64_t, Fault> faults_;
  Policy policy_;
};

}  // namespace varve
