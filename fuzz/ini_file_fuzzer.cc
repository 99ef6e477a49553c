// AWS's shared files: any text gives sections that survive printing, or an error that says where.
#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/aws/core/ini_file.h"
#include "require.h"

namespace {

std::string Printed(const varve::aws::IniFile& file) {
  std::string text;
  for (const auto& [name, section] : file) {
    text += "[" + name + "]\n";
    for (const auto& [key, value] : section) {
      text += key + " = ";
      for (const char c : value) text += c == '\n' ? std::string("\n  ") : std::string(1, c);
      text += "\n";
    }
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varve;  // NOLINT: one function
  const auto file = aws::ParseIni({reinterpret_cast<const char*>(data), size});
  if (!file.ok()) {
    FUZZ_REQUIRE(file.error().code == Code::kInvalidArgument);
    FUZZ_REQUIRE(std::isdigit(static_cast<unsigned char>(file.error().message.front())));
    return 0;
  }
  const auto again = aws::ParseIni(Printed(*file));
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(*again == *file);
  for (const auto& [name, section] : *file) {
    for (const auto& [key, value] : section) static_cast<void>(aws::ParseNested(value));
  }
  return 0;
}
