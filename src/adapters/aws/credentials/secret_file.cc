#include "adapters/aws/credentials/secret_file.h"

#include "base/read_file.h"

namespace varve::aws {

Result<std::string> ReadSecretFile(const std::string& path) {
  const auto read = ReadWholeFile(path, "read the token file");
  if (!read.ok()) return Error{Code::kPermission, read.error().message};
  const size_t begin = read->find_first_not_of(" \t\r\n");
  if (begin == read->npos) return Error{Code::kPermission, "the token file " + path + " is empty"};
  std::string text = read->substr(begin, read->find_last_not_of(" \t\r\n") - begin + 1);
  if (text.find_first_of("\r\n") == text.npos) return text;
  return Error{Code::kPermission, "the token file " + path + " has several lines"};
}

}  // namespace varve::aws
