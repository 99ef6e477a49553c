// What every ObjectStore must do. A suite is instantiated over adapters by their factories:
// make an empty store; time that passes is the adapter's own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "ports/object_store.h"

namespace varve {

struct ObjectStoreFactory {
  std::string name;
  // `scratch` is an empty folder that lives as long as the test.
  std::function<std::unique_ptr<ObjectStore>(const std::filesystem::path& scratch)> make;
};

class ObjectStoreContract : public testing::TestWithParam<ObjectStoreFactory> {
 protected:
  void SetUp() override;
  void TearDown() override;

  ObjectRef Put(const std::string& key, const std::string& content);
  std::string Content(const std::string& key);       // "<code name>" when it cannot be read
  std::string VersionContent(const ObjectRef& ref);  // as Content, of exactly that version
  std::vector<std::string> Keys(const std::string& prefix, int page);
  std::string LocalFile(const std::string& content);

  std::filesystem::path scratch_;
  std::unique_ptr<ObjectStore> store_;
  int local_files_ = 0;
};

}  // namespace varve
