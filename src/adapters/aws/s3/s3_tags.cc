#include "adapters/aws/s3/s3_tags.h"

#include <map>
#include <pugixml.hpp>
#include <sstream>
#include <string>

namespace varve::aws {
namespace {

using Tags = std::map<std::string, std::string, std::less<>>;

Tags ParseTags(std::string_view body) {
  Tags tags;
  pugi::xml_document document;
  document.load_buffer(body.data(), body.size());
  for (const pugi::xml_node tag : document.document_element().child("TagSet").children("Tag")) {
    tags[tag.child_value("Key")] = tag.child_value("Value");
  }
  return tags;
}

std::string TagsXml(const Tags& tags) {
  pugi::xml_document document;
  pugi::xml_node set = document.append_child("Tagging").append_child("TagSet");
  for (const auto& [name, value] : tags) {
    pugi::xml_node tag = set.append_child("Tag");
    tag.append_child("Key").text().set(name.c_str());
    tag.append_child("Value").text().set(value.c_str());
  }
  std::ostringstream out;
  document.save(out, "", pugi::format_raw);
  return out.str();
}

}  // namespace

Status SetTag(S3Bucket& bucket, const ObjectRef& ref, Versioning versioning, std::string_view name,
              std::string_view value) {
  // Tags cannot be asked for on condition of an ETag.
  VARVE_RETURN_IF_ERROR(HeadVersion(bucket, ref, versioning));
  const VersionSelector selector = SelectorOf(ref, versioning);
  Query query = selector.query();
  query.emplace_back("tagging", "");
  const AwsRequest get = bucket.Request("GET", ref.key, query);
  VARVE_ASSIGN_OR_RETURN(const AwsReply reply, bucket.Send(get, "read the tags of", ref.key));
  const bool none = reply.failure && reply.failure->code == "NoSuchTagSet";
  if (reply.failure && !none) {
    if (IsGone(*reply.failure, selector)) return Gone(ref);
    return bucket.ErrorOf(reply, "read the tags of", ref.key);
  }
  Tags tags = none ? Tags() : ParseTags(reply.response.body);
  tags[std::string(name)] = value;
  const std::string body = TagsXml(tags);
  AwsRequest put = bucket.Request("PUT", ref.key, std::move(query));
  put.body = body;
  VARVE_RETURN_IF_ERROR(bucket.Call(put, "tag", ref.key));
  return Ok{};
}

}  // namespace varve::aws
