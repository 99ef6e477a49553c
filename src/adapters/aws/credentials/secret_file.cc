#include "adapters/aws/credentials/secret_file.h"

#include <fstream>
#include <iterator>

namespace varve::aws {

Result<std::string> ReadSecretFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    return Error{Code::kPermission, ErrnoError("read the token file", path).message};
  }
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return Error{Code::kPermission, "the token file " + path + " is empty"};
  text = text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
  if (text.find_first_of("\r\n") == text.npos) return text;
  return Error{Code::kPermission, "the token file " + path + " has several lines"};
}

}  // namespace varve::aws
