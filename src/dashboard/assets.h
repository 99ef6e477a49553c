// Assets: the files of the page (page/, and Chart.js), built into the program.
#pragma once

#include <span>
#include <string_view>

namespace varve::dashboard {

struct Asset {
  std::string_view path;  // "/style.css"
  std::string_view type;  // ends in a NUL, as all views here do
  std::string_view content;
  std::string_view etag;  // changes when the content does
};

std::span<const Asset> Assets();

}  // namespace varve::dashboard
