// ExpandInputs: files, directories and globs into lists of files.
#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "etl/source/source.h"

namespace varve {
namespace {

constexpr std::array<std::string_view, 3> kExtensions = {".ndjson", ".jsonl", ".json"};
constexpr std::array<std::string_view, 2> kCompressions = {".gz", ".zst"};

bool IsGlob(std::string_view text) { return text.find_first_of("*?[\\") != std::string_view::npos; }

std::string Join(const std::string& directory, std::string_view name) {
  if (directory.empty() || directory.back() == '/') return directory + std::string(name);
  return directory + "/" + std::string(name);
}

bool Exists(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0;
}

// Symbolic links are followed.
bool IsDirectory(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

// Names in a directory without "." and "..", sorted. `directory` may be empty: the current one.
Result<std::vector<std::string>> List(const std::string& directory) {
  const std::string shown = directory.empty() ? "." : directory;
  std::unique_ptr<DIR, CloseDirectory> handle(opendir(shown.c_str()));
  if (handle == nullptr) return ErrnoError("list directory", shown);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(handle.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return ErrnoError("list directory", shown);
  std::sort(names.begin(), names.end());
  return names;
}

// The directories being walked, outermost first: a symbolic link back to one of them is a loop.
class Walk {
 public:
  bool Enter(const std::string& directory) {
    struct stat info {};
    if (stat(directory.empty() ? "." : directory.c_str(), &info) != 0) return true;  // List reports
    const std::pair<dev_t, ino_t> id{info.st_dev, info.st_ino};
    if (std::find(entered_.begin(), entered_.end(), id) != entered_.end()) return false;
    entered_.push_back(id);
    return true;
  }
  void Leave() {
    if (!entered_.empty()) entered_.pop_back();
  }

 private:
  std::vector<std::pair<dev_t, ino_t>> entered_;
};

Status WalkDirectory(const std::string& directory, Walk* walk, std::vector<std::string>* files) {
  if (!walk->Enter(directory)) return Ok{};
  VARVE_ASSIGN_OR_RETURN(const std::vector<std::string> names, List(directory));
  for (const std::string& name : names) {
    if (name[0] == '.' || name[0] == '_') continue;
    const std::string path = Join(directory, name);
    if (IsDirectory(path)) {
      VARVE_RETURN_IF_ERROR(WalkDirectory(path, walk, files));
    } else if (HasInputExtension(name)) {
      files->push_back(path);
    }
  }
  walk->Leave();
  return Ok{};
}

Status AddMatch(const std::string& path, std::vector<std::string>* files) {
  if (IsDirectory(path)) {
    Walk walk;
    return WalkDirectory(path, &walk, files);
  }
  files->push_back(path);
  return Ok{};
}

using Components = std::vector<std::string>;

Status MatchGlob(const std::string& base, const Components& pattern, size_t depth, Walk* walk,
                 std::vector<std::string>* files);

// "**": this directory and all below it.
Status MatchDeep(const std::string& base, const Components& pattern, size_t depth, Walk* walk,
                 std::vector<std::string>* files) {
  if (!walk->Enter(base)) return Ok{};
  const bool last = depth + 1 == pattern.size();
  if (!last) VARVE_RETURN_IF_ERROR(MatchGlob(base, pattern, depth + 1, walk, files));
  VARVE_ASSIGN_OR_RETURN(const std::vector<std::string> names, List(base));
  for (const std::string& name : names) {
    if (name[0] == '.') continue;
    const std::string path = Join(base, name);
    if (IsDirectory(path)) {
      VARVE_RETURN_IF_ERROR(MatchDeep(path, pattern, depth, walk, files));
    } else if (last) {
      files->push_back(path);
    }
  }
  walk->Leave();
  return Ok{};
}

// Matches pattern[depth...] below `base`.
Status MatchGlob(const std::string& base, const Components& pattern, size_t depth, Walk* walk,
                 std::vector<std::string>* files) {
  const std::string& component = pattern[depth];
  const bool last = depth + 1 == pattern.size();
  if (component == "**") return MatchDeep(base, pattern, depth, walk, files);
  if (!IsGlob(component)) {
    const std::string path = Join(base, component);
    if (last) return Exists(path) ? AddMatch(path, files) : Status(Ok{});
    return IsDirectory(path) ? MatchGlob(path, pattern, depth + 1, walk, files) : Status(Ok{});
  }
  VARVE_ASSIGN_OR_RETURN(const std::vector<std::string> names, List(base));
  for (const std::string& name : names) {
    if (fnmatch(component.c_str(), name.c_str(), FNM_PERIOD) != 0) continue;
    const std::string path = Join(base, name);
    if (last) {
      VARVE_RETURN_IF_ERROR(AddMatch(path, files));
    } else if (IsDirectory(path)) {
      VARVE_RETURN_IF_ERROR(MatchGlob(path, pattern, depth + 1, walk, files));
    }
  }
  return Ok{};
}

Components SplitPath(std::string_view path) {
  Components components;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const bool repeated = !components.empty() && components.back() == "**" &&
                          path.substr(0, slash) == "**";  // "**/**" is "**"
    if (slash > 0 && !repeated) components.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return components;
}

Status ExpandOne(const std::string& argument, std::vector<std::string>* files) {
  if (argument == "-" || (Exists(argument) && !IsDirectory(argument))) {
    files->push_back(argument);
    return Ok{};
  }
  if (IsDirectory(argument)) {
    Walk walk;
    VARVE_RETURN_IF_ERROR(WalkDirectory(argument, &walk, files));
    if (!files->empty()) return Ok{};
    return Error{Code::kNotFound, argument +
                                      ": no *.ndjson, *.jsonl or *.json file (plain, .gz or .zst) "
                                      "in this directory; name the files if they end otherwise"};
  }
  if (!IsGlob(argument)) {
    return Error{Code::kNotFound, argument + ": no such file or directory; check the path"};
  }
  Walk walk;
  VARVE_RETURN_IF_ERROR(
      MatchGlob(argument[0] == '/' ? "/" : "", SplitPath(argument), 0, &walk, files));
  if (!files->empty()) return Ok{};
  return Error{Code::kNotFound,
               argument + ": the pattern matches no file; check it, and quote it for the shell"};
}

}  // namespace

bool HasInputExtension(std::string_view name) {
  for (std::string_view compression : kCompressions) {
    if (name.ends_with(compression)) {
      name.remove_suffix(compression.size());
      break;
    }
  }
  return std::any_of(kExtensions.begin(), kExtensions.end(),
                     [name](std::string_view extension) { return name.ends_with(extension); });
}

Result<std::vector<std::string>> ExpandInputs(const std::vector<std::string>& arguments) {
  std::vector<std::string> all;
  for (const std::string& argument : arguments) {
    if (argument.empty()) return Error{Code::kInvalidArgument, "an input path is empty"};
    std::vector<std::string> files;
    VARVE_RETURN_IF_ERROR(ExpandOne(argument, &files));
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    all.insert(all.end(), std::make_move_iterator(files.begin()),
               std::make_move_iterator(files.end()));
  }
  return all;
}

}  // namespace varve
