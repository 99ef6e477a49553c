// Events: what a bucket says happened. Hints only: a HEAD decides what is true.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/object_ref.h"

namespace varve {

struct ObjectEvent {
  std::string bucket;
  std::string key;        // decoded
  std::string version;    // version id; empty: not told
  std::string etag;       // without quotes; empty: not told
  std::string sequencer;  // hexadecimal, of any length; empty: not told

  bool operator==(const ObjectEvent&) const = default;
};

// The events in the body of a message: S3 notifications of versions 2.x, each either as it is, from
// EventBridge, or in an SNS envelope. None for s3:TestEvent and for kinds that create or remove no
// object. kInvalidArgument says what is wrong with a body that is nothing of the kind.
Result<std::vector<ObjectEvent>> ParseEvents(std::string_view body);

// The body of an S3 notification that says `object` was created, for sources that are not S3.
std::string CreatedEventBody(const ObjectInfo& object);

// S3 encodes keys in notifications as forms do: %XX, and + for a space. kInvalidArgument: a broken
// escape.
Result<std::string> DecodeEventKey(std::string_view encoded);

// FileRecord::sequencer, comparable as text: when the object was written, then S3's sequencer,
// padded, since S3 leaves leading zeros out.
std::string SequencerOf(int64_t modified_us, std::string_view event_sequencer);

}  // namespace varve
