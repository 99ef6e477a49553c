// A home directory of a test's own, with ~/.aws, and an environment that names it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "adapters/aws/core/environment_credentials.h"

namespace varve::aws {

class AwsHomeTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(home_.data()), nullptr);  // gives the Xs of the name
    std::filesystem::create_directory(home_ + "/.aws");
    variables_["HOME"] = home_;
  }
  void TearDown() override { std::filesystem::remove_all(home_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(home_ + "/.aws/" + name) << text;
  }
  Environment Variables() {
    return [this](const char* name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    };
  }

  std::string home_ = (std::filesystem::temp_directory_path() / "varve-aws-XXXXXX").string();
  std::map<std::string, std::string> variables_;
};

}  // namespace varve::aws
