#include "cli/owner_slot.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <optional>

namespace varve::cli {
namespace {

TEST(OwnerSlotTest, IsOnesOwnWhileOneLivesAndAgainAfter) {
  std::string folder = (std::filesystem::temp_directory_path() / "varve_slot_XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  {
    auto first = OwnerSlot::Take(folder);
    ASSERT_TRUE(first.ok()) << first.error().message;
    EXPECT_EQ(first->name(), "worker-0");
    const auto second = OwnerSlot::Take(folder);
    EXPECT_EQ(second->name(), "worker-1");
    {
      const OwnerSlot moved = std::move(first).value();
      EXPECT_EQ(OwnerSlot::Take(folder)->name(), "worker-2");
    }
    EXPECT_EQ(OwnerSlot::Take(folder)->name(), "worker-0");
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace varve::cli
