#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "etl/source/source.h"
#include "etl/source/source_test_util.h"

namespace varve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExpandInputsTest : public ::testing::Test {
 protected:
  // Relative to the directory.
  std::vector<std::string> Expand(const std::vector<std::string>& arguments) {
    std::vector<std::string> absolute;
    for (const auto& argument : arguments) absolute.push_back(dir_.path() + "/" + argument);
    auto files = ExpandInputs(absolute);
    if (!files.ok()) return {std::string(CodeName(files.error().code))};
    for (auto& file : *files) file.erase(0, dir_.path().size() + 1);
    return *files;
  }
  void Touch(const std::vector<std::string>& names) {
    for (const auto& name : names) dir_.Write(name, "");
  }
  TempDir dir_;
};

TEST_F(ExpandInputsTest, Directories) {
  Touch({"b.ndjson", "B.json", "sub/a.jsonl.gz", "sub/deep/c.json.zst", "x.txt", ".hidden.json",
         "_temporary/x.json", ".git/x.json", "d.gz", "e.json.bz2"});
  EXPECT_THAT(Expand({""}),
              ElementsAre("B.json", "b.ndjson", "sub/a.jsonl.gz", "sub/deep/c.json.zst"));
  EXPECT_THAT(
      Expand({"sub", "x.txt", "b.ndjson", "b.ndjson"}),
      ElementsAre("sub/a.jsonl.gz", "sub/deep/c.json.zst", "x.txt", "b.ndjson", "b.ndjson"));
}

TEST_F(ExpandInputsTest, Globs) {
  Touch({"a1.json", "a2.json", "b1.json", "s/a1.json", "s/t/a3.json", ".h.json", "[x].json"});
  EXPECT_THAT(Expand({"a?.json"}), ElementsAre("a1.json", "a2.json"));
  EXPECT_THAT(Expand({"[ab]1.json"}), ElementsAre("a1.json", "b1.json"));
  EXPECT_THAT(Expand({"*/a*"}), ElementsAre("s/a1.json"));
  EXPECT_THAT(Expand({"**/a*.json"}),
              ElementsAre("a1.json", "a2.json", "s/a1.json", "s/t/a3.json"));
  EXPECT_THAT(Expand({"s/**"}), ElementsAre("s/a1.json", "s/t/a3.json"));
  EXPECT_THAT(Expand({"[x].json"}), ElementsAre("[x].json"));  // a name that exists
  EXPECT_THAT(Expand({"?"}), ElementsAre("s/a1.json", "s/t/a3.json"));
  EXPECT_THAT(Expand({"**/**/t/*"}), ElementsAre("s/t/a3.json"));
}

TEST_F(ExpandInputsTest, NothingFound) {
  Touch({"x.txt"});
  EXPECT_THAT(Expand({"missing"}), ElementsAre("not_found"));
  EXPECT_THAT(Expand({"*.json"}), ElementsAre("not_found"));
  EXPECT_THAT(Expand({""}), ElementsAre("not_found"));
  auto missing = ExpandInputs({dir_.path() + "/missing"});
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, HasSubstr(dir_.path() + "/missing"));
  EXPECT_FALSE(ExpandInputs({""}).ok());
  EXPECT_THAT(*ExpandInputs({"-"}), ElementsAre("-"));
}

TEST_F(ExpandInputsTest, SymbolicLinks) {
  Touch({"d/a.json"});
  ASSERT_EQ(symlink("..", (dir_.path() + "/d/loop").c_str()), 0);
  ASSERT_EQ(symlink("nowhere", (dir_.path() + "/d/dangling.json").c_str()), 0);
  EXPECT_THAT(Expand({"d"}), ElementsAre("d/a.json", "d/dangling.json"));
  EXPECT_THAT(Expand({"d/**/a.json"}), ElementsAre("d/a.json"));
}

TEST_F(ExpandInputsTest, UnreadableDirectoryIsNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads every directory";
  Touch({"d/a.json"});
  const std::string path = dir_.path() + "/d";
  chmod(path.c_str(), 0);
  auto files = ExpandInputs({dir_.path()});
  chmod(path.c_str(), 0700);
  ASSERT_FALSE(files.ok());
  EXPECT_EQ(files.error().code, Code::kPermission);
  EXPECT_THAT(files.error().message, HasSubstr(path));
}

}  // namespace
}  // namespace varve
