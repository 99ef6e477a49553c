// RetryBudget: what keeps a client from making a service's bad hour worse. Each retry costs, each
// success earns a little; when nothing is left, failures are told at once.
// Source: the "standard" retry mode of the AWS SDKs (retry quota).
#pragma once

#include <mutex>

namespace varve::aws {

// Thread-safe.
class RetryBudget {
 public:
  static constexpr int kTokens = 500;
  static constexpr int kRetryCost = 5;

  bool Take();  // false: no retry now
  void Earn();

 private:
  std::mutex mutex_;
  int tokens_ = kTokens;
};

}  // namespace varve::aws
