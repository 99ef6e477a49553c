#include "dashboard/gzip_text.h"

#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "etl/encode/compress.h"

namespace varve::dashboard {
namespace {

constexpr size_t kBytesMin = 1400;  // less fits into one packet as it is

bool AllowsGzip(std::string_view accept) {
  constexpr std::string_view kGzip = "gzip";
  const size_t at = accept.find(kGzip);
  if (at == accept.npos) return false;
  const std::string_view quality = accept.substr(at + kGzip.size());
  return !quality.starts_with(";q=0") || quality.starts_with(";q=0.");
}

bool IsText(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/json") ||
         type.starts_with("image/svg+xml");
}

}  // namespace

void CompressFor(std::string_view accept, HttpResponse& response) {
  if (response.body.size() < kBytesMin || !IsText(response.type)) return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!AllowsGzip(accept)) return;
  const std::span body(reinterpret_cast<const uint8_t*>(response.body.data()),
                       response.body.size());
  Buffer gzip;
  if (!Compress(Codec::kGzip, 0, body, &gzip).ok()) return;
  response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = gzip.view();
}

}  // namespace varve::dashboard
