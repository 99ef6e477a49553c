#include "adapters/aws/s3/s3_listing.h"

#include <algorithm>
#include <pugixml.hpp>
#include <string>
#include <utility>

#include "base/percent_escape.h"
#include "base/time_text.h"

namespace varve::aws {
namespace {

// What "encoding-type=url" asked for, since XML cannot hold every character of a key.
std::string UrlDecoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const int escaped = EscapedByte(text);
    out.push_back(escaped >= 0 ? static_cast<char>(escaped) : text[0] == '+' ? ' ' : text[0]);
    text.remove_prefix(escaped >= 0 ? 3 : 1);
  }
  return out;
}

// "2009-10-12T17:50:30.000Z", to the second, which is all that HEAD tells.
int64_t ParseListedTime(std::string_view text) {
  constexpr size_t kToSeconds = 19;
  return ParseUtc(std::string(text.substr(0, kToSeconds)) + ".000000Z").value_or(0);
}

bool IsTrue(const pugi::xml_node& parent, const char* name) {
  return std::string_view(parent.child_value(name)) == "true";
}

class Listing {
 public:
  Listing(S3Bucket& bucket, Versioning versioning) : bucket_(bucket), versioning_(versioning) {}

  Status Fetch(Query query) {
    query.emplace_back("encoding-type", "url");
    VARVE_ASSIGN_OR_RETURN(const HttpResponse response,
                           bucket_.Call(bucket_.Request("GET", "", std::move(query)), "list", ""));
    if (!document_.load_buffer(response.body.data(), response.body.size())) {
      return Error{Code::kCorrupt, "list " + bucket_.Url("") + ": the answer is no XML"};
    }
    encoded_ = std::string_view(root().child_value("EncodingType")) == "url";
    return Ok{};
  }

  pugi::xml_node root() const { return document_.document_element(); }

  std::string Text(const pugi::xml_node& parent, const char* name) const {
    return encoded_ ? UrlDecoded(parent.child_value(name)) : parent.child_value(name);
  }

  ObjectInfo Info(const pugi::xml_node& node) const {
    ObjectInfo info;
    info.etag = WithoutQuotes(node.child_value("ETag"));
    info.ref = {bucket_.name(), Text(node, "Key"),
                VersionOf(node.child_value("VersionId"), info.etag, versioning_)};
    info.size_bytes = node.child("Size").text().as_ullong();
    info.modified_us = ParseListedTime(node.child_value("LastModified"));
    return info;
  }

 private:
  S3Bucket& bucket_;
  const Versioning versioning_;
  pugi::xml_document document_;
  bool encoded_ = false;
};

Result<ListPage> ListObjects(S3Bucket& bucket, std::string_view prefix, std::string_view after,
                             int limit) {
  Query query = {
      {"list-type", "2"}, {"max-keys", std::to_string(limit)}, {"prefix", std::string(prefix)}};
  if (!after.empty()) query.emplace_back("start-after", after);
  Listing listing(bucket, Versioning::kNever);
  VARVE_RETURN_IF_ERROR(listing.Fetch(std::move(query)));
  ListPage page;
  for (const pugi::xml_node node : listing.root().children("Contents")) {
    page.objects.push_back(listing.Info(node));
  }
  const bool more = IsTrue(listing.root(), "IsTruncated") && !page.objects.empty();
  if (more) page.next = page.objects.back().ref.key;
  return page;
}

// Pages of versions, of which only the newest of each key are wanted: objects with a thousand
// versions take as many requests as they fill pages.
Result<ListPage> ListVersions(S3Bucket& bucket, std::string_view prefix, std::string_view after,
                              size_t limit) {
  ListPage page;
  std::string key_marker(after);
  std::string version_marker;
  while (true) {
    Query query = {
        {"versions", ""}, {"max-keys", std::to_string(kListMax)}, {"prefix", std::string(prefix)}};
    if (!key_marker.empty()) query.emplace_back("key-marker", key_marker);
    if (!version_marker.empty()) query.emplace_back("version-id-marker", version_marker);
    Listing listing(bucket, Versioning::kEver);
    VARVE_RETURN_IF_ERROR(listing.Fetch(std::move(query)));
    for (const pugi::xml_node node : listing.root().children("Version")) {
      ObjectInfo info = listing.Info(node);
      if (!IsTrue(node, "IsLatest") || info.ref.key <= after) continue;
      if (page.objects.size() == limit) {
        page.next = page.objects.back().ref.key;
        return page;
      }
      page.objects.push_back(std::move(info));
    }
    if (!IsTrue(listing.root(), "IsTruncated")) return page;
    key_marker = listing.Text(listing.root(), "NextKeyMarker");
    version_marker = listing.root().child_value("NextVersionIdMarker");
    if (key_marker.empty()) {
      return Error{Code::kCorrupt, "list " + bucket.Url("") +
                                       ": the answer says that there is "
                                       "more, but not where"};
    }
  }
}

}  // namespace

Result<Versioning> FindVersioning(S3Bucket& bucket) {
  const AwsRequest request = bucket.Request("GET", "", {{"versioning", ""}});
  VARVE_ASSIGN_OR_RETURN(const AwsReply reply, bucket.Send(request, "look at", ""));
  if (reply.failure) {
    const int status = reply.failure->status;
    if (status == 403 || status == 405 || status == 501) return Versioning::kNever;
    return bucket.ErrorOf(reply, "look at", "");
  }
  pugi::xml_document document;
  document.load_buffer(reply.response.body.data(), reply.response.body.size());
  const std::string_view status = document.document_element().child_value("Status");
  return status.empty() ? Versioning::kNever : Versioning::kEver;
}

Result<ListPage> ListNewest(S3Bucket& bucket, Versioning versioning, std::string_view prefix,
                            std::string_view after, int limit) {
  limit = std::clamp(limit, 1, kListMax);
  if (versioning == Versioning::kNever) return ListObjects(bucket, prefix, after, limit);
  return ListVersions(bucket, prefix, after, static_cast<size_t>(limit));
}

}  // namespace varve::aws
