#include "cli/command_tree.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/app_tree.h"

namespace varve::cli {
namespace {

std::vector<std::string> NamesFor(std::vector<const char*> words) {
  words.insert(words.begin(), "varve");
  CLI::App root("", "varve");
  const std::atomic<bool> cancel{false};
  AddCommands(root, static_cast<int>(words.size()), words.data(), &cancel);
  std::vector<std::string> names;
  for (const CLI::App* app : root.get_subcommands({})) names.push_back(app->get_name());
  return names;
}

TEST(CommandTree, OfACommandThatIsNamedOnlyItself) {
  for (const std::string& name : NamesFor({})) {
    const bool tells_of_others = name == "help" || name == "completion" || name == "man";
    const auto names = NamesFor({name.c_str(), "a", "-o", "b"});
    if (tells_of_others) {
      EXPECT_GT(names.size(), 15U) << name;
    } else {
      EXPECT_EQ(names, std::vector<std::string>{name});
    }
  }
}

TEST(CommandTree, WholeWhenAnythingElseMayBeAsked) {
  const size_t all = NamesFor({}).size();
  EXPECT_EQ(NamesFor({"--help"}).size(), all);
  EXPECT_EQ(NamesFor({"-h", "convert"}).size(), all);
  EXPECT_EQ(NamesFor({"conver"}).size(), all);
  EXPECT_EQ(NamesFor({""}).size(), all);
  // The file is checked with the sections of other commands.
  EXPECT_EQ(NamesFor({"convert", "a", "--config", "x.toml"}).size(), all);
  EXPECT_EQ(NamesFor({"convert", "a", "--config=x.toml"}).size(), all);
  EXPECT_EQ(NamesFor({"run", "-c", "x.toml"}).size(), all);
  EXPECT_EQ(NamesFor({"run", "-cx.toml"}).size(), all);
}

}  // namespace
}  // namespace varve::cli
