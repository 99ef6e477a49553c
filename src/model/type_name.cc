// How types are spelled outside the program: in schema files, in --cast and in messages.
#include <charconv>
#include <string>
#include <string_view>

#include "model/schema_json.h"
#include "model/type_limits.h"

namespace varve {
namespace {

constexpr std::string_view kAccepted =
    "unknown, bool, int64, double, decimal(P,S), string, timestamp_utc, timestamp_local, date, "
    "json";

struct ScalarName {
  std::string_view name;
  TypeKind kind;
};

constexpr ScalarName kScalarNames[] = {
    {"unknown", TypeKind::kUnknown},
    {"bool", TypeKind::kBool},
    {"int64", TypeKind::kInt64},
    {"double", TypeKind::kDouble},
    {"string", TypeKind::kString},
    {"timestamp_utc", TypeKind::kTimestampUtc},
    {"timestamp_local", TypeKind::kTimestampLocal},
    {"date", TypeKind::kDate},
    {"json", TypeKind::kJson},
};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool ParseInt(std::string_view text, int* value) {
  text = Trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

Result<Field> ParseDecimal(std::string_view text) {
  const auto bad = [text](std::string_view why) {
    return Error{Code::kInvalidArgument, "type \"" + std::string(text) + "\": " + std::string(why) +
                                             "; write decimal(P,S), for instance decimal(20,0)"};
  };
  const size_t open = text.find('(');
  const size_t comma = text.find(',');
  if (open == text.npos || comma == text.npos || comma < open || text.back() != ')') {
    return bad("precision and scale are missing");
  }
  Field field;
  field.kind = TypeKind::kDecimal;
  if (!ParseInt(text.substr(open + 1, comma - open - 1), &field.precision) ||
      !ParseInt(text.substr(comma + 1, text.size() - comma - 2), &field.scale)) {
    return bad("precision and scale must be whole numbers");
  }
  if (const auto problem = DecimalProblem(field.precision, field.scale); !problem.empty()) {
    return bad(problem);
  }
  return field;
}

std::string ChildType(const Field& field) {
  return field.children.empty() ? "unknown" : TypeToString(field.children[0]);
}

std::string StructType(const Field& field) {
  std::string text = "struct<";
  for (const Field& child : field.children) {
    if (&child != &field.children.front()) text += ", ";
    text += child.name + ": " + TypeToString(child);
  }
  return text + ">";
}

}  // namespace

std::string TypeToString(const Field& field) {
  switch (field.kind) {
    case TypeKind::kUnknown: return "unknown";
    case TypeKind::kBool: return "bool";
    case TypeKind::kInt64: return "int64";
    case TypeKind::kDouble: return "double";
    case TypeKind::kDecimal:
      return "decimal(" + std::to_string(field.precision) + "," + std::to_string(field.scale) + ")";
    case TypeKind::kString: return "string";
    case TypeKind::kTimestampUtc: return "timestamp[us, UTC]";
    case TypeKind::kTimestampLocal: return "timestamp[us]";
    case TypeKind::kDate: return "date";
    case TypeKind::kJson: return "json";
    case TypeKind::kStruct: return StructType(field);
    case TypeKind::kList: return "list<" + ChildType(field) + ">";
    case TypeKind::kMap: return "map<string, " + ChildType(field) + ">";
  }
  return "unknown";
}

Result<Field> ParseTypeName(std::string_view text) {
  const std::string_view name = Trim(text);
  if (name.starts_with("decimal")) return ParseDecimal(name);
  for (const ScalarName& scalar : kScalarNames) {
    if (name == scalar.name) {
      Field field;
      field.kind = scalar.kind;
      return field;
    }
  }
  return Error{Code::kInvalidArgument, "type \"" + std::string(name) +
                                           "\" is not known; accepted: " + std::string(kAccepted)};
}

}  // namespace varve
