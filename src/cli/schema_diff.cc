#include "cli/schema_diff.h"

#include <algorithm>

#include "model/schema_json.h"

namespace varve::cli {
namespace {

const Field* Find(const std::vector<Field>& fields, const std::string& source_name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) {
    return field.source_name == source_name;
  });
  return found == fields.end() ? nullptr : &*found;
}

void DiffField(const Field& from, const Field& to, const std::string& path,
               std::vector<SchemaChange>* changes);

void DiffFields(const std::vector<Field>& from, const std::vector<Field>& to,
                const std::string& prefix, std::vector<SchemaChange>* changes) {
  using Kind = SchemaChange::Kind;
  for (const Field& field : to) {
    const std::string path = prefix + field.source_name;
    if (const Field* before = Find(from, field.source_name)) {
      DiffField(*before, field, path, changes);
    } else {
      changes->push_back({Kind::kAdded, path, "", TypeToString(field)});
    }
  }
  for (const Field& field : from) {
    if (Find(to, field.source_name) != nullptr) continue;
    changes->push_back({Kind::kRemoved, prefix + field.source_name, TypeToString(field), ""});
  }
}

void DiffField(const Field& from, const Field& to, const std::string& path,
               std::vector<SchemaChange>* changes) {
  if (from.kind == to.kind && from.kind == TypeKind::kStruct) {
    DiffFields(from.children, to.children, path + ".", changes);
  } else if (from.kind == to.kind && from.kind == TypeKind::kList) {
    DiffField(from.children.at(0), to.children.at(0), path + "[]", changes);
  } else if (const std::string before = TypeToString(from), after = TypeToString(to);
             before != after) {
    changes->push_back({SchemaChange::Kind::kRetyped, path, before, after});
  }
}

}  // namespace

std::vector<SchemaChange> DiffSchemas(const Schema& from, const Schema& to) {
  std::vector<SchemaChange> changes;
  DiffFields(from.fields, to.fields, "", &changes);
  return changes;
}

}  // namespace varve::cli
