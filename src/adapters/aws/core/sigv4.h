// SigV4: AWS's signature of a request, version 4.
//
// Source: "Signature Version 4 signing process" of the AWS General Reference, and its examples. Own
// code, since libcurl's signs what it was given as it stands: paths and queries in any other form
// than AWS's get wrong signatures (docs/decisions/0031-own-signer.md).
// Thread-safety: pure function. LoadCrypto must have succeeded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/aws/core/credentials.h"
#include "adapters/http/http_client.h"

namespace varve::aws {

struct SigningScope {
  std::string_view region;   // "eu-west-1"
  std::string_view service;  // its signing name: "s3", "sqs", …
  int64_t now_us = 0;
};

struct UnsignedRequest {
  std::string_view method;
  std::string_view path;   // canonical: S3's escaped once, other services' twice
  std::string_view query;  // as EscapeQuery gives it
  std::string_view host;
  std::string_view payload_sha256;  // in hex, or "UNSIGNED-PAYLOAD"
};

// Adds Host, X-Amz-Date, X-Amz-Security-Token and Authorization to `headers`. All that are there
// already are signed too.
void Sign(const Credentials& credentials, const SigningScope& scope, const UnsignedRequest& request,
          HttpHeaders* headers);

}  // namespace varve::aws
