// Schema documents: any text gives a schema that survives printing, or an error that says where.
#include <cstdint>
#include <string_view>

#include "model/schema_json.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varve;  // NOLINT: one function
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Field> type = ParseTypeName(text);
  if (type.ok()) FUZZ_REQUIRE(!TypeToString(*type).empty());
  const Result<Schema> schema = SchemaFromJson(text);
  if (!schema.ok()) {
    FUZZ_REQUIRE(schema.error().code == Code::kInvalidArgument);
    FUZZ_REQUIRE(!schema.error().message.empty());
    return 0;
  }
  const Result<Schema> again = SchemaFromJson(SchemaToJson(*schema));
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(*again == *schema);
  return 0;
}
