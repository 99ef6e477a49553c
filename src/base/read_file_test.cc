#include "base/read_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace varve {
namespace {

TEST(ReadWholeFile, GivesAllOrSaysWhy) {
  std::string folder = (std::filesystem::temp_directory_path() / "varve-read-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string text(100'000, '\0');
  std::ofstream(folder + "/long", std::ios::binary) << text;
  std::ofstream(folder + "/empty");
  EXPECT_EQ(*ReadWholeFile(folder + "/long"), text);
  EXPECT_EQ(*ReadWholeFile(folder + "/empty"), "");
  EXPECT_EQ(ReadWholeFile(folder + "/none").error().code, Code::kNotFound);
  EXPECT_EQ(ReadWholeFile(folder + "/empty/none").error().code, Code::kNotFound);
  const auto directory = ReadWholeFile(folder, "read the list");
  ASSERT_FALSE(directory.ok());
  EXPECT_EQ(directory.error().message.find("read the list " + folder + ": Is a directory"), 0u);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace varve
