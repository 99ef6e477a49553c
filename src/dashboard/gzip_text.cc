#include "dashboard/gzip_text.h"

#include <zlib.h>

#include <string>
#include <utility>

namespace varve::dashboard {
namespace {

constexpr size_t kBytesMin = 1400;  // less fits into one packet as it is
constexpr int kGzipWindowBits = 15 + 16;
constexpr int kMemoryLevel = 8;

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

// Empty: zlib has no memory.
std::string GzipOf(std::string_view text) {
  z_stream stream = {};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindowBits, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return "";
  }
  std::string gzip(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(gzip.data());
  stream.avail_out = static_cast<uInt>(gzip.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  gzip.resize(whole ? stream.total_out : 0);
  deflateEnd(&stream);
  return gzip;
}

}  // namespace

void CompressFor(std::string_view accept, HttpResponse& response) {
  if (response.body.size() < kBytesMin || !IsText(response.type)) return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!AllowsGzip(accept)) return;
  std::string gzip = GzipOf(response.body);
  if (gzip.empty()) return;
  response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = std::move(gzip);
}

}  // namespace varve::dashboard
