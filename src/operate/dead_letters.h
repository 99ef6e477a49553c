// Dead letters: found, and put back into the queue. What `varve dlq` and the dashboard do.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/queue.h"

namespace varve {

// Oldest first, at most `limit`; 0: all.
Result<std::vector<DeadLetter>> DeadLetters(Queue& queue, uint64_t limit);

Result<DeadLetter> FindDeadLetter(Queue& queue, std::string_view id);  // kNotFound

}  // namespace varve
