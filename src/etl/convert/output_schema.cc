#include "etl/convert/output_schema.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <unordered_map>

#include "etl/convert/fold_case.h"

namespace varve {
namespace {

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
    for (int i = 2; !taken_.insert(FoldCase(name)).second; ++i) {
      name = wanted + "_" + std::to_string(i);
    }
    return name;
  }
  bool Reserve(const std::string& name) { return taken_.insert(FoldCase(name)).second; }

 private:
  std::set<std::string> taken_;
};

std::span<const Field> ChildrenOf(const Field* given, TypeKind kind) {
  if (given == nullptr || given->kind != kind) return {};
  return given->children;
}

// The fields that the given schema has for a struct, by source key.
class GivenFields {
 public:
  explicit GivenFields(std::span<const Field> fields) : fields_(fields) {
    for (size_t i = 0; i < fields.size(); ++i) position_of_.emplace(fields[i].source_name, i);
  }
  const Field* Find(const std::string& key) const {
    const size_t position = PositionOf(key);
    return position < fields_.size() ? &fields_[position] : nullptr;
  }
  size_t PositionOf(const std::string& key) const {  // fields not given: behind those that are
    const auto found = position_of_.find(key);
    return found == position_of_.end() ? fields_.size() : found->second;
  }

 private:
  std::span<const Field> fields_;
  std::unordered_map<std::string_view, size_t> position_of_;
};

class Namer {
 public:
  explicit Namer(const OutputSchemaOptions& options) : options_(options) {
    for (const auto& [path, name] : options.renames) renames_[path] = name;
  }

  // `given`: the fields of the same struct in the given schema.
  Result<std::vector<Field>> Fields(const ObservedNode& node, const GivenFields& given,
                                    const std::string& column_prefix,
                                    const std::string& source_prefix, NameTaker names) {
    // Names that are asked for come first, then unchanged ones, in an order of the keys' own.
    std::map<std::string, std::string> name_of;
    VARVE_RETURN_IF_ERROR(TakeRenames(node, source_prefix, &names, &name_of));
    VARVE_RETURN_IF_ERROR(TakeGivenNames(node, given, source_prefix, &names, &name_of));
    for (const auto& [key, child] : node.fields) {
      if (!name_of.contains(key)) name_of[key] = names.Take(Printable(key));
    }
    std::vector<Field> fields;
    for (const auto* entry : Ordered(node, given)) {
      const std::string& name = name_of[entry->first];
      const std::string column = column_prefix + name;
      const std::string source = source_prefix + entry->first;
      if (name != entry->first) mapping_[column] = source;
      VARVE_ASSIGN_OR_RETURN(Field field,
                             One(entry->second, given.Find(entry->first), column, source));
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
  Status TakeRenames(const ObservedNode& node, const std::string& source_prefix, NameTaker* names,
                     std::map<std::string, std::string>* name_of) {
    for (const auto& [key, child] : node.fields) {
      const auto rename = renames_.find(source_prefix + key);
      if (rename == renames_.end()) continue;
      if (!names->Reserve(rename->second)) {
        return Error{Code::kInvalidArgument, "--rename " + source_prefix + key + "=" +
                                                 rename->second + ": two columns would be named " +
                                                 rename->second + "; choose another name"};
      }
      (*name_of)[key] = rename->second;
      used_.insert(rename->first);
    }
    return Ok{};
  }

  Status TakeGivenNames(const ObservedNode& node, const GivenFields& given,
                        const std::string& source_prefix, NameTaker* names,
                        std::map<std::string, std::string>* name_of) {
    for (const auto& [key, child] : node.fields) {
      const Field* field = given.Find(key);
      if (field == nullptr || name_of->contains(key)) continue;
      if (names->Reserve(field->name)) {
        (*name_of)[key] = field->name;
      } else if (field->name != key) {
        return Error{Code::kInvalidArgument,
                     "the schema names the column of key " + source_prefix + key + " " +
                         field->name + ", as another column is named; choose another name"};
      }
    }
    return Ok{};
  }

  // Fields of the given schema as they stand there, then the others by their place in the input.
  static std::vector<const std::pair<const std::string, ObservedNode>*> Ordered(
      const ObservedNode& node, const GivenFields& given) {
    std::vector<const std::pair<const std::string, ObservedNode>*> ordered;
    for (const auto& entry : node.fields) ordered.push_back(&entry);
    std::stable_sort(ordered.begin(), ordered.end(), [&given](const auto* a, const auto* b) {
      return std::pair(given.PositionOf(a->first), a->second.min_position) <
             std::pair(given.PositionOf(b->first), b->second.min_position);
    });
    return ordered;
  }

  Result<Field> One(const ObservedNode& node, const Field* given, const std::string& column,
                    const std::string& source) {
    Field field;
    field.kind = TypeOf(node, options_.map_keys_max);
    if (field.kind == TypeKind::kDecimal) {
      field.precision = node.declares_decimal() && node.precision != 0 ? node.precision : 20;
      field.scale = node.declares_decimal() ? node.scale : 0;
    } else if (field.kind == TypeKind::kStruct) {
      VARVE_ASSIGN_OR_RETURN(field.children,
                             Fields(node, GivenFields(ChildrenOf(given, field.kind)), column + ".",
                                    source + ".", NameTaker()));
    } else if (field.kind == TypeKind::kList || field.kind == TypeKind::kMap) {
      const ObservedNode none;
      const std::span<const Field> elements = ChildrenOf(given, field.kind);
      VARVE_ASSIGN_OR_RETURN(Field element,
                             One(node.element ? *node.element : none,
                                 elements.empty() ? nullptr : &elements[0], column, source));
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
  VARVE_ASSIGN_OR_RETURN(output.schema.fields,
                         namer.Fields(root, GivenFields(options.given), "", "", std::move(names)));
  VARVE_RETURN_IF_ERROR(namer.CheckRenamesUsed());
  for (const Field& field : options.extra) output.schema.fields.push_back(field);
  output.name_mapping = namer.Mapping();
  return output;
}

Result<Schema> JoinSchemas(const Schema& a, const Schema& b,
                           const std::vector<std::pair<std::string, Field>>& casts,
                           uint32_t map_keys_max) {
  if (a == b) return a;
  ObservedNode joined = ObserveSchema(a, false);
  joined.Merge(ObserveSchema(b, false));
  ApplyCasts(casts, &joined);
  OutputSchemaOptions options;
  options.map_keys_max = map_keys_max;
  VARVE_ASSIGN_OR_RETURN(OutputSchema output, MakeOutputSchema(joined, options));
  return std::move(output.schema);
}

void ApplyCasts(const std::vector<std::pair<std::string, Field>>& casts, ObservedNode* schema) {
  for (const auto& [path, type] : casts) {
    ObservedNode* node = MakePath(schema, path);
    const uint32_t position = node->min_position;
    *node = ObservedNode();
    node->min_position = position;
    node->facts = FactsOfType(type.kind);
    node->pinned = true;
    node->cast = true;
    node->precision = type.precision;
    node->scale = type.scale;
  }
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
