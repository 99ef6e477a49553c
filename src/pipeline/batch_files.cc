#include "pipeline/batch_files.h"

#include <map>
#include <utility>

namespace varve {

Result<std::vector<FileRecord>> BatchFiles(FileTracker& tracker, const BatchRecord& batch) {
  FileFilter filter;
  filter.batch = batch.id;
  std::map<ObjectRef, FileRecord> listed;
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(FilePage page, tracker.Files(batch.pipeline, filter, after,
                                                        static_cast<int>(kBatchFilesMax)));
    for (FileRecord& file : page.files) {
      const ObjectRef ref = file.object.ref;
      listed.emplace(ref, std::move(file));
    }
    after = std::move(page.next);
  } while (!after.empty());

  std::vector<FileRecord> files;
  for (const ObjectRef& ref : batch.files) {
    const auto found = listed.find(ref);
    if (found != listed.end()) {
      files.push_back(std::move(found->second));
    } else {  // a listing may be late
      VARVE_ASSIGN_OR_RETURN(FileRecord file, tracker.Get(batch.pipeline, ref));
      files.push_back(std::move(file));
    }
  }
  return files;
}

}  // namespace varve
