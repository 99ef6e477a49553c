#include "cli/schema_tree.h"

#include "cli/terminal_text.h"
#include "model/schema_json.h"

namespace varve::cli {
namespace {

bool IsNested(TypeKind kind) {
  return kind == TypeKind::kStruct || kind == TypeKind::kList || kind == TypeKind::kMap;
}

// The struct below any lists and maps, or null: its fields are what the next level shows.
const Field* StructUnder(const Field& field) {
  const Field* at = &field;
  while (at->kind != TypeKind::kStruct) {
    if (!IsNested(at->kind) || at->children.empty()) return nullptr;
    at = &at->children[0];
  }
  return at;
}

std::string ShortType(const Field& field) {
  const Field unknown;
  const Field& child = field.children.empty() ? unknown : field.children[0];
  if (field.kind == TypeKind::kStruct) return "struct";
  if (field.kind == TypeKind::kList) return "list<" + ShortType(child) + ">";
  if (field.kind == TypeKind::kMap) return "map<string, " + ShortType(child) + ">";
  return TypeToString(field);
}

void AddFields(const std::vector<Field>& fields, size_t indent, std::string* text) {
  for (const Field& field : fields) {
    *text += std::string(indent, ' ') + Printable(field.name) + ": " + ShortType(field);
    if (field.source_name != field.name) {
      *text += "  [key \"" + Printable(field.source_name) + "\"]";
    }
    *text += "\n";
    if (const Field* inner = StructUnder(field)) AddFields(inner->children, indent + 2, text);
  }
}

}  // namespace

std::string SchemaTree(const Schema& schema, size_t indent) {
  std::string text;
  AddFields(schema.fields, indent, &text);
  return text.empty() ? std::string(indent, ' ') + "(no columns)\n" : text;
}

}  // namespace varve::cli
