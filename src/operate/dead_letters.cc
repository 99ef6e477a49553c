#include "operate/dead_letters.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace varve {
namespace {

constexpr uint64_t kPageLetters = 200;

}  // namespace

Result<std::vector<DeadLetter>> DeadLetters(Queue& queue, uint64_t limit) {
  std::vector<DeadLetter> letters;
  std::string after;
  do {
    const uint64_t left = limit == 0 ? kPageLetters : limit - letters.size();
    const int count = static_cast<int>(std::min(kPageLetters, left));
    VARVE_ASSIGN_OR_RETURN(DeadLetterPage page, queue.DeadLetters(after, count));
    std::move(page.letters.begin(), page.letters.end(), std::back_inserter(letters));
    after = std::move(page.next);
  } while (!after.empty() && (limit == 0 || letters.size() < limit));
  return letters;
}

Result<DeadLetter> FindDeadLetter(Queue& queue, std::string_view id) {
  VARVE_ASSIGN_OR_RETURN(std::vector<DeadLetter> letters, DeadLetters(queue, 0));
  for (DeadLetter& letter : letters) {
    if (letter.id == id) return std::move(letter);
  }
  return Error{Code::kNotFound,
               "no dead letter " + std::string(id) + "; `varve dlq list` lists them"};
}

}  // namespace varve
