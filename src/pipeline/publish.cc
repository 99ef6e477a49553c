#include "pipeline/publish.h"

#include <algorithm>

#include "model/names.h"

namespace varve {
namespace {

constexpr int kPublishPage = 1000;

Status PutInPlace(ObjectStore& output, const BatchOutput& made) {
  auto moved = output.Move(made.staged_key, made.final_key);
  if (moved.ok() || moved.error().code != Code::kNotFound) return moved;
  // Moved before, by this process or its predecessor.
  const auto head = output.Head(made.final_key);
  if (head.ok() && head->size_bytes == made.size_bytes) return Ok{};
  if (!head.ok() && head.error().code != Code::kNotFound) return head.error();
  return Error{Code::kCorrupt,
               made.final_key + " is lost: what was staged as " + made.staged_key + " is gone"};
}

bool IsMade(const BatchRecord& batch, const std::string& key) {
  return std::any_of(batch.outputs.begin(), batch.outputs.end(),
                     [&](const BatchOutput& made) { return made.final_key == key; });
}

}  // namespace

Status Publish(ObjectStore& output, const BatchRecord& batch) {
  for (const BatchOutput& made : batch.outputs) {
    VARVE_RETURN_IF_ERROR(PutInPlace(output, made));
  }
  for (const BatchOutput& old : batch.previous) {
    if (IsMade(batch, old.final_key)) continue;
    VARVE_RETURN_IF_ERROR(output.Delete(old.final_key));
  }
  return Ok{};
}

Status Unpublish(ObjectStore& output, const BatchRecord& batch) {
  for (const auto* list : {&batch.outputs, &batch.previous}) {
    for (const BatchOutput& made : *list) {
      VARVE_RETURN_IF_ERROR(output.Delete(made.final_key));
    }
  }
  return Ok{};
}

Status ClearStaging(ObjectStore& output, const BatchRecord& batch) {
  const std::string root = StagingPrefix(ExecutionName(batch.pipeline, batch.id, 0));
  std::string after;
  do {
    VARVE_ASSIGN_OR_RETURN(const ListPage page, output.List(root, after, kPublishPage));
    for (const ObjectInfo& object : page.objects) {
      if (FenceOfStagedKey(object.ref.key).value_or(0) > batch.fence) continue;
      VARVE_RETURN_IF_ERROR(output.Delete(object.ref.key));
    }
    after = page.next;
  } while (!after.empty());
  return Ok{};
}

}  // namespace varve
