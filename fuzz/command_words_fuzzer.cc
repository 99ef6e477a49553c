// Command lines of credential_process: any text gives words that survive quoting, or an error.
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/aws/credentials/command_words.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varve;  // NOLINT: one function
  const auto words = aws::CommandWords({reinterpret_cast<const char*>(data), size});
  if (!words.ok()) {
    FUZZ_REQUIRE(words.error().code == Code::kInvalidArgument);
    return 0;
  }
  std::string quoted;
  for (const std::string& word : *words) {
    quoted += " \"";
    for (const char c : word)
      quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    quoted += '"';
  }
  const auto again = aws::CommandWords(quoted);
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(*again == *words);
  return 0;
}
