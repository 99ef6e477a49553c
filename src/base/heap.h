// The C library's heap, told what a conversion does with it.
#pragma once

namespace varve {

// Gives the main thread's heap room to grow into that is made of huge pages, and lets it keep what
// is freed: for processes that convert and end. To be called once, at the start. Where the system
// does not oblige, nothing changes (docs/decisions/0025).
void PreferHugePages();

}  // namespace varve
