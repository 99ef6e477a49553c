#include "model/schema_json.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "model/json_node.h"
#include "model/type_limits.h"

namespace varve {
namespace {

constexpr int64_t kDocumentVersion = 1;

struct KindName {
  std::string_view name;
  TypeKind kind;
};

constexpr KindName kKindNames[] = {
    {"unknown", TypeKind::kUnknown},
    {"bool", TypeKind::kBool},
    {"int64", TypeKind::kInt64},
    {"double", TypeKind::kDouble},
    {"decimal", TypeKind::kDecimal},
    {"string", TypeKind::kString},
    {"timestamp_utc", TypeKind::kTimestampUtc},
    {"timestamp_local", TypeKind::kTimestampLocal},
    {"date", TypeKind::kDate},
    {"json", TypeKind::kJson},
    {"struct", TypeKind::kStruct},
    {"list", TypeKind::kList},
    {"map", TypeKind::kMap},
};

std::string_view NameOf(TypeKind kind) {
  for (const KindName& entry : kKindNames) {
    if (entry.kind == kind) return entry.name;
  }
  return "unknown";
}

// ---- writing ----

std::string Quoted(const std::string& text) {
  using nlohmann::json;
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

void WriteFields(const std::vector<Field>& fields, int indent, std::string* out);

// `"type": ...` and what belongs to the type, without the braces around it.
void WriteType(const Field& field, int indent, std::string* out) {
  *out += "\"type\": \"" + std::string(NameOf(field.kind)) + "\"";
  switch (field.kind) {
    case TypeKind::kDecimal:
      *out += ", \"precision\": " + std::to_string(field.precision) +
              ", \"scale\": " + std::to_string(field.scale);
      break;
    case TypeKind::kStruct:
      *out += ", \"fields\": ";
      WriteFields(field.children, indent, out);
      break;
    case TypeKind::kList:
    case TypeKind::kMap:
      *out += field.kind == TypeKind::kList ? ", \"element\": {" : ", \"value\": {";
      WriteType(field.children.empty() ? Field{} : field.children[0], indent, out);
      *out += "}";
      break;
    default: break;
  }
}

void WriteFields(const std::vector<Field>& fields, int indent, std::string* out) {
  if (fields.empty()) {
    *out += "[]";
    return;
  }
  *out += "[\n";
  for (const Field& field : fields) {
    out->append(indent + 2, ' ');
    *out += "{\"name\": " + Quoted(field.name) + ", ";
    if (field.source_name != field.name) *out += "\"key\": " + Quoted(field.source_name) + ", ";
    WriteType(field, indent + 2, out);
    *out += &field == &fields.back() ? "}\n" : "},\n";
  }
  out->append(indent, ' ');
  *out += "]";
}

// ---- reading ----

std::string Join(std::initializer_list<std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

Status CheckKeys(const JsonNode& node, std::initializer_list<std::string_view> accepted) {
  for (const JsonMember& member : node.members) {
    if (std::find(accepted.begin(), accepted.end(), member.key) == accepted.end()) {
      return ErrorAt(member.position,
                     "key \"" + member.key + "\" is not known here; accepted: " + Join(accepted));
    }
  }
  return Ok{};
}

Result<const JsonNode*> Require(const JsonNode& node, std::string_view key, JsonNode::Kind kind) {
  const JsonMember* member = node.Find(key);
  if (member == nullptr) {
    return ErrorAt(node.position, "key \"" + std::string(key) + "\" is missing here; add it with " +
                                      std::string(JsonKindName(kind)));
  }
  if (member->value.kind != kind) {
    return ErrorAt(member->position, "key \"" + std::string(key) + "\" must be " +
                                         std::string(JsonKindName(kind)) + ", not " +
                                         std::string(JsonKindName(member->value.kind)));
  }
  return &member->value;
}

Result<TypeKind> ReadKind(const JsonNode& node) {
  const JsonNode* type = nullptr;
  VARVE_ASSIGN_OR_RETURN(type, Require(node, "type", JsonNode::Kind::kString));
  std::string accepted;
  for (const KindName& entry : kKindNames) {
    if (type->text == entry.name) return entry.kind;
    accepted += (accepted.empty() ? "" : ", ") + std::string(entry.name);
  }
  return ErrorAt(type->position,
                 "key \"type\": \"" + type->text + "\" is not a type; accepted: " + accepted);
}

Result<std::vector<Field>> ReadFields(const JsonNode& array);
Result<Field> ReadUnnamed(const JsonNode& node, std::string_view name);

// The keys that say which column this is; only named fields have them.
Status CheckFieldKeys(const JsonNode& node, TypeKind kind, bool named) {
  switch (kind) {
    case TypeKind::kDecimal:
      return named ? CheckKeys(node, {"name", "key", "type", "precision", "scale"})
                   : CheckKeys(node, {"type", "precision", "scale"});
    case TypeKind::kStruct:
      return named ? CheckKeys(node, {"name", "key", "type", "fields"})
                   : CheckKeys(node, {"type", "fields"});
    case TypeKind::kList:
      return named ? CheckKeys(node, {"name", "key", "type", "element"})
                   : CheckKeys(node, {"type", "element"});
    case TypeKind::kMap:
      return named ? CheckKeys(node, {"name", "key", "type", "value"})
                   : CheckKeys(node, {"type", "value"});
    default: return named ? CheckKeys(node, {"name", "key", "type"}) : CheckKeys(node, {"type"});
  }
}

Status ReadDecimal(const JsonNode& node, Field* field) {
  const JsonNode* precision = nullptr;
  const JsonNode* scale = nullptr;
  VARVE_ASSIGN_OR_RETURN(precision, Require(node, "precision", JsonNode::Kind::kInteger));
  VARVE_ASSIGN_OR_RETURN(scale, Require(node, "scale", JsonNode::Kind::kInteger));
  const auto narrow = [](int64_t value) {
    return static_cast<int>(std::clamp<int64_t>(value, -1, kDecimalPrecisionMax + 1));
  };
  field->precision = narrow(precision->integer);
  field->scale = narrow(scale->integer);
  const auto problem = DecimalProblem(field->precision, field->scale);
  if (problem.empty()) return Ok{};
  const std::string_view key = problem.substr(0, problem.find(' '));
  return ErrorAt(node.Find(key)->position,
                 "key \"" + std::string(key) + "\": " + std::string(problem));
}

Result<Field> ReadType(const JsonNode& node, bool named) {
  Field field;
  VARVE_ASSIGN_OR_RETURN(field.kind, ReadKind(node));
  VARVE_RETURN_IF_ERROR(CheckFieldKeys(node, field.kind, named));
  if (field.kind == TypeKind::kDecimal) {
    VARVE_RETURN_IF_ERROR(ReadDecimal(node, &field));
  } else if (field.kind == TypeKind::kStruct) {
    const JsonNode* fields = nullptr;
    VARVE_ASSIGN_OR_RETURN(fields, Require(node, "fields", JsonNode::Kind::kArray));
    VARVE_ASSIGN_OR_RETURN(field.children, ReadFields(*fields));
  } else if (field.kind == TypeKind::kList || field.kind == TypeKind::kMap) {
    const std::string_view key = field.kind == TypeKind::kList ? "element" : "value";
    const JsonNode* child = nullptr;
    VARVE_ASSIGN_OR_RETURN(child, Require(node, key, JsonNode::Kind::kObject));
    Field child_field;
    VARVE_ASSIGN_OR_RETURN(child_field, ReadUnnamed(*child, key));
    field.children.push_back(std::move(child_field));
  }
  return field;
}

// A list's element or a map's value: its name is fixed by the Parquet format.
Result<Field> ReadUnnamed(const JsonNode& node, std::string_view name) {
  Field field;
  VARVE_ASSIGN_OR_RETURN(field, ReadType(node, /*named=*/false));
  field.name = field.source_name = name;
  return field;
}

Result<Field> ReadNamed(const JsonNode& node) {
  if (node.kind != JsonNode::Kind::kObject) {
    return ErrorAt(node.position,
                   "a field must be an object like {\"name\": \"id\", \"type\": "
                   "\"int64\"}, not " +
                       std::string(JsonKindName(node.kind)));
  }
  const JsonNode* name = nullptr;
  VARVE_ASSIGN_OR_RETURN(name, Require(node, "name", JsonNode::Kind::kString));
  if (name->text.empty()) return ErrorAt(name->position, "key \"name\": a column needs a name");
  Field field;
  VARVE_ASSIGN_OR_RETURN(field, ReadType(node, /*named=*/true));
  field.name = field.source_name = name->text;
  if (node.Find("key") != nullptr) {
    const JsonNode* key = nullptr;
    VARVE_ASSIGN_OR_RETURN(key, Require(node, "key", JsonNode::Kind::kString));
    field.source_name = key->text;
  }
  return field;
}

Result<std::vector<Field>> ReadFields(const JsonNode& array) {
  std::vector<Field> fields;
  std::set<std::string> names;
  std::set<std::string> keys;
  for (const JsonNode& node : array.elements) {
    Field field;
    VARVE_ASSIGN_OR_RETURN(field, ReadNamed(node));
    if (!names.insert(field.name).second) {
      return ErrorAt(node.Find("name")->position,
                     "key \"name\": two fields are called \"" + field.name + "\"; rename one");
    }
    if (!keys.insert(field.source_name).second) {
      const JsonMember* key = node.Find("key") != nullptr ? node.Find("key") : node.Find("name");
      return ErrorAt(key->position, "key \"" + key->key + "\": two fields are filled from \"" +
                                        field.source_name + "\"; keep one");
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace

std::string SchemaToJson(const Schema& schema) {
  std::string text =
      "{\n  \"varve_schema\": " + std::to_string(kDocumentVersion) + ",\n  \"fields\": ";
  WriteFields(schema.fields, 2, &text);
  return text + "\n}\n";
}

Result<Schema> SchemaFromJson(std::string_view text) {
  // A level of the schema is at most two of JSON ({"fields": [...]}), and the document one more.
  JsonNode root;
  VARVE_ASSIGN_OR_RETURN(root, ParseJsonNode(text, 2 * kSchemaDepthMax + 3));
  if (root.kind != JsonNode::Kind::kObject) {
    return ErrorAt(root.position,
                   "a schema document must be an object with the keys "
                   "varve_schema, fields, not " +
                       std::string(JsonKindName(root.kind)));
  }
  VARVE_RETURN_IF_ERROR(CheckKeys(root, {"varve_schema", "fields"}));
  const JsonNode* version = nullptr;
  VARVE_ASSIGN_OR_RETURN(version, Require(root, "varve_schema", JsonNode::Kind::kInteger));
  if (version->integer != kDocumentVersion) {
    return ErrorAt(root.Find("varve_schema")->position,
                   "key \"varve_schema\": version " + std::to_string(version->integer) +
                       " is not known; this varve reads version 1");
  }
  const JsonNode* fields = nullptr;
  VARVE_ASSIGN_OR_RETURN(fields, Require(root, "fields", JsonNode::Kind::kArray));
  Schema schema;
  VARVE_ASSIGN_OR_RETURN(schema.fields, ReadFields(*fields));
  return schema;
}

}  // namespace varve
