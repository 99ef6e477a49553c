// What every SchemaLedger must do.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "ports/schema_ledger.h"

namespace varve {

struct SchemaLedgerFactory {
  std::string name;
  std::function<std::unique_ptr<SchemaLedger>(const std::filesystem::path& scratch)> make;
};

class SchemaLedgerContract : public testing::TestWithParam<SchemaLedgerFactory> {
 protected:
  void SetUp() override;
  void TearDown() override;

  static SchemaVersion Version(uint64_t number);

  std::filesystem::path scratch_;
  std::unique_ptr<SchemaLedger> ledger_;
};

}  // namespace varve
