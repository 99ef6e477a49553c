# cmake -DOUT=assets.cc -DFILES="a.css;b.js" -P EmbedFiles.cmake
# Writes the definition of varve::dashboard::Assets() (src/dashboard/assets.h) with the files' bytes.
set(types_css "text/css; charset=utf-8")
set(types_html "text/html; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_svg "image/svg+xml")

set(arrays "")
set(table "")
set(number 0)
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE ".*\\." "" extension ${name})
  if(NOT types_${extension})
    message(FATAL_ERROR "${file}: no MIME type is known for .${extension}")
  endif()
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)"
         "\\1\n" bytes "${bytes}")
  file(SHA256 ${file} hash)
  string(SUBSTRING ${hash} 0 16 hash)
  string(APPEND arrays "constexpr unsigned char kBytes${number}[] = {\n${bytes}0};\n")
  string(APPEND table "    {\"/${name}\", \"${types_${extension}}\",\n"
         "     View(kBytes${number}), \"\\\"${hash}\\\"\"},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUT} "// Made by cmake/EmbedFiles.cmake.
#include \"dashboard/assets.h\"

namespace varve::dashboard {
namespace {

${arrays}
template <size_t n>
std::string_view View(const unsigned char (&bytes)[n]) {
  return {reinterpret_cast<const char*>(bytes), n - 1};
}

}  // namespace

std::span<const Asset> Assets() {
  static const Asset assets[] = {
${table}  };
  return assets;
}

}  // namespace varve::dashboard
")
