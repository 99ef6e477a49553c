// What every ExecutionStore must do.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "ports/execution_store.h"

namespace varve {

struct ExecutionStoreFactory {
  std::string name;
  std::function<std::unique_ptr<ExecutionStore>(const std::filesystem::path& scratch)> make;
};

class ExecutionStoreContract : public testing::TestWithParam<ExecutionStoreFactory> {
 protected:
  void SetUp() override;
  void TearDown() override;

  static ExecutionRecord Record(const std::string& name, uint64_t revision = 1);

  std::filesystem::path scratch_;
  std::unique_ptr<ExecutionStore> store_;
};

}  // namespace varve
