#include "adapters/local/run_command.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

CommandSpec Shell(std::string script) {
  CommandSpec spec;
  spec.arguments = {"sh", "-c", std::move(script)};
  spec.keeps_output = true;
  return spec;
}

TEST(RunCommand, KeepsWhatItWroteAndHowItEnded) {
  CommandSpec spec = Shell("cat; echo why >&2; exit 3");
  spec.input = "said";
  const auto end = RunCommand(spec);
  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_EQ(end->output, "said");
  EXPECT_EQ(end->errors, "why\n");
  EXPECT_EQ(end->failure, "exited with 3");
  EXPECT_EQ(RunCommand(Shell("kill -9 $$"))->failure, "died of signal 9");
}

TEST(RunCommand, DoesNotWaitForWhatItLeavesBehind) {
  const auto end = RunCommand(Shell("echo out; sleep 60 & exit 0"));
  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_EQ(end->output, "out\n");
}

TEST(RunCommand, HasALimitOfWhatIsKept) {
  EXPECT_EQ(RunCommand(Shell("head -c 2000000 /dev/zero")).error().code, Code::kLimit);
}

}  // namespace
}  // namespace varve
