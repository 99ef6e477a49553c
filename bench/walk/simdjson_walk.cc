// The yardstick: simdjson's on-demand parser visits every value of an NDJSON file on one thread,
// parses the numbers and unescapes the keys and strings, and keeps nothing. Reading the file into
// memory is outside the clock. Prints one JSON line with the best of the rounds.
//
//   simdjson_walk FILE [ROUNDS]

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "simdjson.h"

namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::number_type;

// Something is computed of every value, so that none of the work can be optimised away.
struct Sink {
  uint64_t values = 0;
  uint64_t bits = 0;
};

void AddNumber(simdjson::ondemand::number number, Sink* sink) {
  switch (number.get_number_type()) {
    case number_type::signed_integer:
      sink->bits += static_cast<uint64_t>(number.get_int64());
      break;
    case number_type::unsigned_integer: sink->bits += number.get_uint64(); break;
    default: sink->bits += number.get_double() > 0 ? 1 : 0;
  }
}

template <typename Value>
void Walk(Value& value, Sink* sink) {
  ++sink->values;
  switch (json_type(value.type())) {
    case json_type::object:
      for (auto field : value.get_object()) {
        sink->bits += std::string_view(field.unescaped_key()).size();
        simdjson::ondemand::value child = field.value();
        Walk(child, sink);
      }
      break;
    case json_type::array:
      for (simdjson::ondemand::value child : value.get_array()) {
        Walk(child, sink);
      }
      break;
    case json_type::string: sink->bits += std::string_view(value.get_string()).size(); break;
    case json_type::number: AddNumber(value.get_number(), sink); break;
    case json_type::boolean: sink->bits += bool(value.get_bool()) ? 1 : 0; break;
    case json_type::null: sink->bits += bool(value.is_null()) ? 1 : 0; break;
  }
}

Sink WalkAll(simdjson::ondemand::parser& parser, const simdjson::padded_string& text) {
  Sink sink;
  simdjson::ondemand::document_stream documents = parser.iterate_many(text);
  for (simdjson::ondemand::document_reference document : documents) {
    Walk(document, &sink);
  }
  return sink;
}

int Run(const char* path, int rounds) {
  simdjson::padded_string text = simdjson::padded_string::load(path);
  simdjson::ondemand::parser parser;
  double best_seconds = 1e9;
  Sink sink;
  for (int i = 0; i < rounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    sink = WalkAll(parser, text);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    if (elapsed.count() < best_seconds) best_seconds = elapsed.count();
  }
  std::printf("{\"seconds\":%.6f,\"bytes\":%zu,\"values\":%llu,\"bits\":%llu,\"kernel\":\"%s\"}\n",
              best_seconds, text.size(), static_cast<unsigned long long>(sink.values),
              static_cast<unsigned long long>(sink.bits),
              simdjson::get_active_implementation()->name().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: simdjson_walk FILE [ROUNDS]\n");
    return 2;
  }
  try {
    return Run(argv[1], argc > 2 ? std::atoi(argv[2]) : 3);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "simdjson_walk: %s: %s\n", argv[1], error.what());
    return 1;
  }
}
