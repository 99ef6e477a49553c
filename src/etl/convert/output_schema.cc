#include "etl/convert/output_schema.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace varve {
namespace {

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 'a' - 'A');
  }
  return text;
}

std::string Printable(const std::string& key) {
  std::string name = key.empty() ? "_" : key;
  for (char& c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '_';
  }
  return name;
}

// Gives names that no reader confuses with one already taken.
class NameTaker {
 public:
  std::string Take(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !taken_.insert(Lower(name)).second; ++i) {
      name = wanted + "_" + std::to_string(i);
    }
    return name;
  }
  bool Reserve(const std::string& name) { return taken_.insert(Lower(name)).second; }

 private:
  std::set<std::string> taken_;
};

class Namer {
 public:
  explicit Namer(const OutputSchemaOptions& options) : options_(options) {
    for (const auto& [path, name] : options.renames) renames_[path] = name;
  }

  Result<std::vector<Field>> Fields(const ObservedNode& node, const std::string& column_prefix,
                                    const std::string& source_prefix, NameTaker names) {
    // Names that are asked for come first, then unchanged ones, in an order of the keys' own.
    std::map<std::string, std::string> name_of;
    for (const auto& [key, child] : node.fields) {
      const auto rename = renames_.find(source_prefix + key);
      if (rename == renames_.end()) continue;
      if (!names.Reserve(rename->second)) {
        return Error{Code::kInvalidArgument, "--rename " + source_prefix + key + "=" +
                                                 rename->second + ": two columns would be named " +
                                                 rename->second + "; choose another name"};
      }
      name_of[key] = rename->second;
      used_.insert(rename->first);
    }
    for (const auto& [key, child] : node.fields) {
      if (!name_of.contains(key)) name_of[key] = names.Take(Printable(key));
    }
    std::vector<const std::pair<const std::string, ObservedNode>*> ordered;
    for (const auto& entry : node.fields) ordered.push_back(&entry);
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
      return a->second.min_position < b->second.min_position;
    });
    std::vector<Field> fields;
    for (const auto* entry : ordered) {
      const std::string& name = name_of[entry->first];
      const std::string column = column_prefix + name;
      const std::string source = source_prefix + entry->first;
      if (name != entry->first) mapping_[column] = source;
      VARVE_ASSIGN_OR_RETURN(Field field, One(entry->second, column, source));
      field.name = name;
      field.source_name = entry->first;
      fields.push_back(std::move(field));
    }
    return fields;
  }

  Status CheckRenamesUsed() const {
    for (const auto& [path, name] : renames_) {
      if (!used_.contains(path)) {
        return Error{Code::kInvalidArgument, "--rename " + path + "=" + name + ": no column " +
                                                 path + " in the input; check the spelling"};
      }
    }
    return Ok{};
  }

  std::string Mapping() const { return mapping_.empty() ? "" : nlohmann::json(mapping_).dump(); }

 private:
  Result<Field> One(const ObservedNode& node, const std::string& column,
                    const std::string& source) {
    Field field;
    field.kind = TypeOf(node, options_.map_keys_max);
    if (field.kind == TypeKind::kDecimal) {
      field.precision = node.pinned && node.precision != 0 ? node.precision : 20;
      field.scale = node.pinned ? node.scale : 0;
    } else if (field.kind == TypeKind::kStruct) {
      VARVE_ASSIGN_OR_RETURN(field.children, Fields(node, column + ".", source + ".", NameTaker()));
    } else if (field.kind == TypeKind::kList || field.kind == TypeKind::kMap) {
      const ObservedNode none;
      VARVE_ASSIGN_OR_RETURN(Field element,
                             One(node.element ? *node.element : none, column, source));
      element.name = element.source_name = field.kind == TypeKind::kList ? "element" : "value";
      field.children.push_back(std::move(element));
    }
    return field;
  }

  const OutputSchemaOptions& options_;
  std::map<std::string, std::string> renames_;
  std::set<std::string> used_;
  std::map<std::string, std::string> mapping_;
};

ObservedNode* FindBelow(ObservedNode* node, std::string_view path) {
  while (node->element != nullptr) node = node->element.get();
  const auto whole = node->fields.find(std::string(path));
  if (whole != node->fields.end()) return &whole->second;
  for (size_t dot = path.rfind('.'); dot != std::string_view::npos && dot > 0;
       dot = path.rfind('.', dot - 1)) {
    const auto head = node->fields.find(std::string(path.substr(0, dot)));
    if (head == node->fields.end()) continue;
    ObservedNode* found = FindBelow(&head->second, path.substr(dot + 1));
    if (found != nullptr) return found;
  }
  return nullptr;
}

}  // namespace

Result<OutputSchema> MakeOutputSchema(const ObservedNode& root,
                                      const OutputSchemaOptions& options) {
  Namer namer(options);
  NameTaker names;
  for (const Field& field : options.extra) names.Reserve(field.name);
  OutputSchema output;
  VARVE_ASSIGN_OR_RETURN(output.schema.fields, namer.Fields(root, "", "", std::move(names)));
  VARVE_RETURN_IF_ERROR(namer.CheckRenamesUsed());
  for (const Field& field : options.extra) output.schema.fields.push_back(field);
  output.name_mapping = namer.Mapping();
  return output;
}

ObservedNode* FindPath(ObservedNode* root, std::string_view path) { return FindBelow(root, path); }

ObservedNode* MakePath(ObservedNode* root, std::string_view path) {
  if (ObservedNode* found = FindBelow(root, path)) return found;
  const size_t dot = path.find('.');
  if (dot == std::string_view::npos) return &root->fields[std::string(path)];
  ObservedNode* parent = &root->fields[std::string(path.substr(0, dot))];
  while (parent->element != nullptr) parent = parent->element.get();
  parent->facts |= kFactObject;
  return MakePath(parent, path.substr(dot + 1));
}

}  // namespace varve
