#include "etl/parquet/schema_elements.h"

#include <cmath>

#include "model/type_limits.h"

namespace varve::parquet {
namespace {

Error Invalid(const std::vector<std::string>& path, std::string_view what) {
  std::string name;
  for (const std::string& part : path) name += (name.empty() ? "" : ".") + part;
  return Error{Code::kInvalidArgument, "column " + name + ": " + std::string(what)};
}

LogicalType Logical(LogicalKind kind) {
  LogicalType logical;
  logical.kind = kind;
  return logical;
}

class Builder {
 public:
  Status AddRoot(const Schema& schema) {
    SchemaElement root;
    root.name = "schema";
    root.num_children = static_cast<int32_t>(schema.fields.size());
    out_.elements.push_back(std::move(root));
    for (const Field& field : schema.fields) {
      VARVE_RETURN_IF_ERROR(AddField(field, field.name));
    }
    return Ok{};
  }

  ParquetSchema Take() { return std::move(out_); }

 private:
  // Names the element being added and counts its levels, for as long as it lives.
  class Scope {
   public:
    Scope(Builder* builder, const std::string& name, Repetition repetition)
        : builder_(builder), repetition_(repetition) {
      builder_->path_.push_back(name);
      builder_->definition_ += repetition_ != Repetition::kRequired;
      builder_->repetition_ += repetition_ == Repetition::kRepeated;
    }
    ~Scope() {
      builder_->path_.pop_back();
      builder_->definition_ -= repetition_ != Repetition::kRequired;
      builder_->repetition_ -= repetition_ == Repetition::kRepeated;
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Builder* builder_;
    Repetition repetition_;
  };

  Status AddField(const Field& field, const std::string& name) {
    const Scope scope(this, name, Repetition::kOptional);
    if (definition_ > kMaxLevel) {
      return Error{Code::kLimit, Invalid(path_, "nested too deeply").message};
    }
    switch (field.kind) {
      case TypeKind::kStruct: return AddStruct(field);
      case TypeKind::kList: return AddList(field);
      case TypeKind::kMap: return AddMap(field);
      default: return AddScalar(field);
    }
  }

  SchemaElement& AddGroup(Repetition repetition, size_t children) {
    SchemaElement& element = out_.elements.emplace_back();
    element.name = path_.back();
    element.repetition = repetition;
    element.num_children = static_cast<int32_t>(children);
    return element;
  }

  Status AddStruct(const Field& field) {
    if (field.children.empty()) return Invalid(path_, "a struct needs at least one field");
    AddGroup(Repetition::kOptional, field.children.size());
    for (const Field& child : field.children) VARVE_RETURN_IF_ERROR(AddField(child, child.name));
    return Ok{};
  }

  Status AddList(const Field& field) {
    if (field.children.size() != 1) return Invalid(path_, "a list needs its element type");
    SchemaElement& group = AddGroup(Repetition::kOptional, 1);
    group.converted_type = converted_type::kList;
    group.logical_type = Logical(LogicalKind::kList);
    const Scope scope(this, "list", Repetition::kRepeated);
    AddGroup(Repetition::kRepeated, 1);
    return AddField(field.children[0], "element");
  }

  Status AddMap(const Field& field) {
    if (field.children.size() != 1) return Invalid(path_, "a map needs its value type");
    SchemaElement& group = AddGroup(Repetition::kOptional, 1);
    group.converted_type = converted_type::kMap;
    group.logical_type = Logical(LogicalKind::kMap);
    const Scope scope(this, "key_value", Repetition::kRepeated);
    AddGroup(Repetition::kRepeated, 2);
    AddMapKey(field);
    return AddField(field.children[0], "value");
  }

  void AddMapKey(const Field& map) {
    const Scope scope(this, "key", Repetition::kRequired);
    SchemaElement& key = AddGroup(Repetition::kRequired, 0);
    key.type = PhysicalType::kByteArray;
    key.converted_type = converted_type::kUtf8;
    key.logical_type = Logical(LogicalKind::kString);
    AddLeaf(map, TypeKind::kString);
    out_.leaves.back().is_map_key = true;
  }

  Status AddScalar(const Field& field) {
    SchemaElement& element = AddGroup(Repetition::kOptional, 0);
    if (field.kind == TypeKind::kDecimal) {
      const std::string_view problem = DecimalProblem(field.precision, field.scale);
      if (!problem.empty()) return Invalid(path_, problem);
      SetDecimal(field, &element);
    } else {
      SetType(field.kind, &element);
    }
    AddLeaf(field, field.kind);
    return Ok{};
  }

  static void SetDecimal(const Field& field, SchemaElement* element) {
    element->type = PhysicalType::kFixedLenByteArray;
    element->type_length = DecimalBytes(field.precision);
    element->converted_type = converted_type::kDecimal;
    element->precision = field.precision;
    element->scale = field.scale;
    element->logical_type = Logical(LogicalKind::kDecimal);
    element->logical_type->precision = field.precision;
    element->logical_type->scale = field.scale;
  }

  static void SetType(TypeKind kind, SchemaElement* element) {
    switch (kind) {
      case TypeKind::kBool: element->type = PhysicalType::kBoolean; return;
      case TypeKind::kInt64: element->type = PhysicalType::kInt64; return;
      case TypeKind::kDouble: element->type = PhysicalType::kDouble; return;
      case TypeKind::kTimestampUtc:
        element->type = PhysicalType::kInt64;
        element->converted_type = converted_type::kTimestampMicros;  // means UTC
        element->logical_type = Logical(LogicalKind::kTimestamp);
        element->logical_type->is_adjusted_to_utc = true;
        return;
      case TypeKind::kTimestampLocal:
        element->type = PhysicalType::kInt64;
        element->logical_type = Logical(LogicalKind::kTimestamp);
        return;
      case TypeKind::kDate:
        element->type = PhysicalType::kInt32;
        element->converted_type = converted_type::kDate;
        element->logical_type = Logical(LogicalKind::kDate);
        return;
      case TypeKind::kJson:
        element->type = PhysicalType::kByteArray;
        element->converted_type = converted_type::kJson;
        element->logical_type = Logical(LogicalKind::kJson);
        return;
      default:
        element->type = PhysicalType::kByteArray;
        element->converted_type = converted_type::kUtf8;
        element->logical_type = Logical(LogicalKind::kString);
    }
  }

  void AddLeaf(const Field& field, TypeKind kind) {
    const SchemaElement& element = out_.elements.back();
    LeafColumn& leaf = out_.leaves.emplace_back();
    leaf.path = path_;
    leaf.type = *element.type;
    leaf.type_length = element.type_length;
    leaf.max_definition_level = definition_;
    leaf.max_repetition_level = repetition_;
    leaf.order = OrderOf(kind);
    leaf.field = &field;
  }

  ParquetSchema out_;
  std::vector<std::string> path_;
  int definition_ = 0;
  int repetition_ = 0;
};

}  // namespace

int DecimalBytes(int precision) {
  // A byte string of n bytes holds every number below 2^(8n-1); log2(10) bits a digit.
  return static_cast<int>(std::ceil((precision * std::log2(10.0) + 1) / 8));
}

Result<ParquetSchema> BuildParquetSchema(const Schema& schema) {
  Builder builder;
  VARVE_RETURN_IF_ERROR(builder.AddRoot(schema));
  return builder.Take();
}

}  // namespace varve::parquet
