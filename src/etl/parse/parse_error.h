// Why a line is not a row. Codes are stable: they stand in quarantine records and in --json output.
#pragma once

#include <cstdint>
#include <string_view>

namespace varve {

enum class ParseCode : uint8_t {
  kOk,
  kDeviates,  // internal: valid so far, but does not fit the speculated schema
  kNotAnObject,
  kTruncated,
  kBadSyntax,
  kBadLiteral,
  kBadNumber,
  kNumberOverflow,
  kBadEscape,
  kLoneSurrogate,
  kControlCharacter,
  kInvalidUtf8,
  kDuplicateKey,
  kTooDeep,
  kTrailingGarbage,
  kLineTooLong,
  kSchemaMismatch,
};

// "duplicate_key" and the like.
std::string_view ParseCodeName(ParseCode code);

// What is wrong and what to do about it, for people.
std::string_view ParseCodeMessage(ParseCode code);

}  // namespace varve
