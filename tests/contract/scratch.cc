#include "scratch.h"

#include <cstdlib>
#include <latch>
#include <thread>
#include <vector>

namespace varve {

std::filesystem::path MakeScratch() {
  std::string name = (std::filesystem::temp_directory_path() / "varve-contract-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

void InThreads(int threads, const std::function<void(int)>& body) {
  std::latch start(threads);
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& thread : running) thread.join();
}

}  // namespace varve
