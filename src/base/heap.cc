#include "base/heap.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace varve {

void PreferHugePages() {
#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
  // Address space, not memory: only what is touched is ever there. More than one worker's row group
  // takes; beyond it the heap goes on with small pages.
  constexpr size_t kRoom = size_t{256} << 20;
  constexpr size_t kHugePage = size_t{2} << 20;
  // Setting one threshold stops the library from raising the others by itself. What does not fit
  // into the room, and what other threads allocate, is mapped on its own from here on.
  constexpr size_t kMapped = size_t{4} << 20;
  if (mallopt(M_MMAP_THRESHOLD, int{kMapped}) == 0) return;  // another allocator, as a sanitizer's
  mallopt(M_TRIM_THRESHOLD, int{2 * kRoom});
  mallopt(M_TOP_PAD, int{kRoom});  // by how much more than it must the heap grows
  void* const block = std::malloc(kMapped / 2);
  mallopt(M_TOP_PAD, int{kHugePage});
  if (block == nullptr) return;
  const uintptr_t begin = reinterpret_cast<uintptr_t>(block) / kHugePage * kHugePage + kHugePage;
  madvise(reinterpret_cast<void*>(begin), kRoom - kHugePage, MADV_HUGEPAGE);
  std::free(block);
#endif
}

}  // namespace varve
