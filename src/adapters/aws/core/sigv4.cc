#include "adapters/aws/core/sigv4.h"

#include <algorithm>
#include <cctype>
#include <ctime>

#include "adapters/aws/core/crypto.h"
#include "base/clock.h"

namespace varve::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string BasicTime(int64_t us) {  // 20150830T123600Z
  const std::time_t seconds = static_cast<std::time_t>(us / kMicrosPerSecond);
  std::tm utc = {};
  gmtime_r(&seconds, &utc);
  char text[sizeof "20150830T123600Z"];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc);
  return text;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

// Without spaces around, and of several within only one.
std::string Trim(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out.push_back(c);
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

struct CanonicalHeaders {
  std::string lines;
  std::string names;  // "host;x-amz-date"
};

CanonicalHeaders Canonical(const HttpHeaders& headers) {
  HttpHeaders sorted;
  for (const auto& [name, value] : headers) sorted.emplace_back(Lower(name), Trim(value));
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  CanonicalHeaders canonical;
  for (const auto& [name, value] : sorted) {
    canonical.lines.append(name).append(":").append(value).append("\n");
    canonical.names.append(canonical.names.empty() ? "" : ";").append(name);
  }
  return canonical;
}

std::string SigningKey(const Credentials& credentials, std::string_view day,
                       const SigningScope& scope) {
  const std::string of_day = HmacSha256("AWS4" + credentials.secret_access_key, day);
  const std::string of_region = HmacSha256(of_day, scope.region);
  return HmacSha256(HmacSha256(of_region, scope.service), "aws4_request");
}

template <typename... Parts>
std::string Join(std::string_view separator, const Parts&... parts) {
  std::string joined;
  ((joined.append(joined.empty() ? "" : separator).append(parts)), ...);
  return joined;
}

}  // namespace

void Sign(const Credentials& credentials, const SigningScope& scope, const UnsignedRequest& request,
          HttpHeaders* headers) {
  const std::string time = BasicTime(scope.now_us);
  const std::string day = time.substr(0, 8);
  headers->emplace_back("Host", request.host);
  headers->emplace_back("X-Amz-Date", time);
  if (!credentials.session_token.empty()) {
    headers->emplace_back("X-Amz-Security-Token", credentials.session_token);
  }
  const CanonicalHeaders canonical = Canonical(*headers);
  std::string text(request.method);
  for (const std::string_view part :
       {request.path, request.query, std::string_view(canonical.lines),
        std::string_view(canonical.names), request.payload_sha256}) {
    text.append("\n").append(part);
  }
  const std::string where = Join("/", day, scope.region, scope.service, "aws4_request");
  const std::string to_sign = Join("\n", kAlgorithm, time, where, Hex(Sha256(text)));
  const std::string signature = Hex(HmacSha256(SigningKey(credentials, day, scope), to_sign));
  headers->emplace_back("Authorization", std::string(kAlgorithm) +
                                             " Credential=" + credentials.access_key_id + "/" +
                                             where + ", SignedHeaders=" + canonical.names +
                                             ", Signature=" + signature);
}

}  // namespace varve::aws
