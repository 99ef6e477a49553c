// Gzip for what a browser asks for: text shrinks to a quarter on its way to a telephone.
#pragma once

#include <string_view>

#include "dashboard/http_message.h"

namespace varve::dashboard {

// Compresses the body when `accept`, the header Accept-Encoding, allows gzip and it is worth it.
void CompressFor(std::string_view accept, HttpResponse& response);

}  // namespace varve::dashboard
