// Scalars of the parser: UTF-8 validation, strings, timestamps, numbers, and the token dictionary.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "etl/column/token_dictionary.h"
#include "etl/parse/iso8601.h"
#include "etl/parse/number.h"
#include "etl/parse/string_token.h"
#include "simdjson.h"

namespace varve {
namespace {

constexpr size_t kTokens = 4096;
constexpr size_t kPadding = 64;  // the parsers read beyond a token

// Tokens in one arena, as they lie in a line.
struct Tokens {
  std::string arena;
  std::vector<std::string_view> views;
};

template <typename MakeToken>
Tokens MakeTokens(MakeToken make_token) {
  std::mt19937_64 random(7);
  Tokens tokens;
  std::vector<std::pair<size_t, size_t>> places;
  for (size_t i = 0; i < kTokens; ++i) {
    const std::string token = make_token(random);
    places.emplace_back(tokens.arena.size(), token.size());
    tokens.arena += token + '"';
  }
  tokens.arena.append(kPadding, '\n');
  for (const auto& [begin, size] : places) {
    tokens.views.emplace_back(tokens.arena.data() + begin, size);
  }
  return tokens;
}

std::string Format(const char* format, auto... values) {
  char text[64];
  std::snprintf(text, sizeof(text), format, values...);
  return text;
}

void SetRates(benchmark::State& state, const Tokens& tokens) {
  const auto rounds = static_cast<int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<int64_t>(tokens.views.size()));
  state.SetBytesProcessed(rounds * static_cast<int64_t>(tokens.arena.size()));
}

void BM_ValidateUtf8(benchmark::State& state) {
  const std::string letter = state.range(0) == 0 ? "abcdefgh" : "abcdé日🙂";
  std::string text;
  while (text.size() < (1 << 20)) text += letter;
  for (auto _ : state) benchmark::DoNotOptimize(simdjson::validate_utf8(text));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_ValidateUtf8)->ArgName("multibyte")->Arg(0)->Arg(1);

void BM_FindStringEnd(benchmark::State& state) {
  const auto length = static_cast<size_t>(state.range(0));
  const Tokens tokens = MakeTokens([length](auto&) { return std::string(length, 'x'); });
  for (auto _ : state) {
    for (const std::string_view view : tokens.views) {
      const auto* begin = reinterpret_cast<const uint8_t*>(view.data());
      benchmark::DoNotOptimize(FindStringEnd(begin).end);
    }
  }
  SetRates(state, tokens);
}
BENCHMARK(BM_FindStringEnd)->ArgName("length")->Arg(4)->Arg(24)->Arg(200);

void BM_DecodeString(benchmark::State& state) {
  const Tokens tokens = MakeTokens([](auto&) {
    return std::string(R"(C:\\Windows\\System32\tcaf\u00e9 and \"quotes\", then plain text)");
  });
  std::string out;
  for (auto _ : state) {
    for (const std::string_view view : tokens.views) {
      out.clear();
      DecodeString(view, &out);
      benchmark::DoNotOptimize(out.data());
    }
  }
  SetRates(state, tokens);
}
BENCHMARK(BM_DecodeString);

void BM_ParseTimestamp(benchmark::State& state) {
  const Tokens tokens = MakeTokens([](auto& random) {
    return Format("2025-%02u-%02uT%02u:%02u:%02u.%03uZ", unsigned(1 + random() % 12),
                  unsigned(1 + random() % 28), unsigned(random() % 24), unsigned(random() % 60),
                  unsigned(random() % 60), unsigned(random() % 1000));
  });
  for (auto _ : state) {
    for (const std::string_view view : tokens.views) {
      benchmark::DoNotOptimize(ParseTemporal(view).value);
    }
  }
  SetRates(state, tokens);
}
BENCHMARK(BM_ParseTimestamp);

void BM_ParseNumber(benchmark::State& state, const Tokens& tokens) {
  for (auto _ : state) {
    for (const std::string_view view : tokens.views) {
      benchmark::DoNotOptimize(ParseNumber(view).real);
    }
  }
  SetRates(state, tokens);
}
BENCHMARK_CAPTURE(BM_ParseNumber, integers,
                  MakeTokens([](auto& random) { return std::to_string(random() % 100'000); }));
BENCHMARK_CAPTURE(BM_ParseNumber, prices, MakeTokens([](auto& random) {
                    return Format("%u.%02u", unsigned(random() % 1000), unsigned(random() % 100));
                  }));
BENCHMARK_CAPTURE(BM_ParseNumber, doubles_17_digits, MakeTokens([](auto& random) {
                    return Format("%.17g", static_cast<double>(random()) / 1.8446744073709552e19);
                  }));

// Every probe hits; `distinct` values decide which cache answers.
void BM_DictionaryHit(benchmark::State& state) {
  const auto distinct = static_cast<uint64_t>(state.range(0));
  const int length = static_cast<int>(state.range(1));
  const Tokens tokens = MakeTokens([distinct, length](auto& random) {
    return Format("%0*llu", length, static_cast<unsigned long long>(random() % distinct));
  });
  TokenDictionary dictionary;
  for (const std::string_view view : tokens.views) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(view.data());
    const TokenKey key = MakeTokenKey(bytes, static_cast<uint32_t>(view.size()));
    if (dictionary.Find(key) == TokenDictionary::kNotFound) {
      dictionary.AddKey(key, dictionary.AddValue(0));
    }
  }
  for (auto _ : state) {
    uint32_t sum = 0;
    for (const std::string_view view : tokens.views) {
      const auto* bytes = reinterpret_cast<const uint8_t*>(view.data());
      sum += dictionary.Find(MakeTokenKey(bytes, static_cast<uint32_t>(view.size())));
    }
    benchmark::DoNotOptimize(sum);
  }
  SetRates(state, tokens);
}
BENCHMARK(BM_DictionaryHit)
    ->ArgNames({"distinct", "length"})
    ->ArgsProduct({{8, 256, 4096}, {4, 12, 40}});

}  // namespace
}  // namespace varve
