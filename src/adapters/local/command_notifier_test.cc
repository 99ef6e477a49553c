#include "adapters/local/command_notifier.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace varve {
namespace {

const Alert kHostileAlert = {"events", "$(touch /tmp/x) failed", "line\nbreak \xF0\x9F\xAA\xA8",
                             "t"};

TEST(CommandNotifier, GivesTheAlertAsJsonOnStandardInput) {
  std::string folder = (std::filesystem::temp_directory_path() / "varve-cmd-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string out = folder + "/a b;c";
  CommandNotifier notifier({"tee", out}, 10'000);
  ASSERT_TRUE(notifier.Notify(kHostileAlert).ok());
  std::ifstream in(out);
  const auto alert = nlohmann::json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
  EXPECT_EQ(alert.at("subject"), kHostileAlert.subject);
  EXPECT_EQ(alert.at("body"), kHostileAlert.body);
  EXPECT_EQ(alert.at("pipeline"), "events");
  EXPECT_EQ(alert.at("topic"), "t");
  std::filesystem::remove_all(folder);
}

TEST(CommandNotifier, ACommandThatDoesNotReadIsFine) {
  Alert alert = kHostileAlert;
  alert.body = std::string(1 << 20, 'x');  // more than a pipe holds
  EXPECT_TRUE(CommandNotifier({"true"}, 10'000).Notify(alert).ok());
}

TEST(CommandNotifier, TellsHowItFailed) {
  const Status failed = CommandNotifier({"false"}, 10'000).Notify(kHostileAlert);
  EXPECT_EQ(failed.error().code, Code::kIo);
  EXPECT_EQ(failed.error().message, "false exited with 1");
  EXPECT_EQ(CommandNotifier({"/nonexistent/program"}, 100).Notify(kHostileAlert).error().code,
            Code::kNotFound);
  EXPECT_EQ(CommandNotifier({}, 100).Notify(kHostileAlert).error().code, Code::kInvalidArgument);
}

TEST(CommandNotifier, KillsWhatDoesNotEnd) {
  const auto started = std::chrono::steady_clock::now();
  const Status failed = CommandNotifier({"sh", "-c", "sleep 60 & wait"}, 50).Notify(kHostileAlert);
  EXPECT_EQ(failed.error().code, Code::kIo);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(30));
}

}  // namespace
}  // namespace varve
