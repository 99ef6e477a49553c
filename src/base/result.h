// Result<T>: a value or an Error. The only way errors travel between varve's modules.
//
// The code tells the caller what to do; the message tells the person what happened and how to mend
// it. Context is added on the way up with WithContext("reading foo.ndjson").
// Thread-safety: plain values, no shared state.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace varve {

enum class Code {
  kInvalidArgument,  // the caller asked for something that makes no sense: fix the call
  kNotFound,         // the named thing is not there
  kAlreadyExists,    // refusing to replace it
  kConflict,         // somebody else changed it first: read it again, then decide
  kThrottled,        // asked too often: wait longer each time, then repeat
  kPermission,       // the system says no
  kCorrupt,          // bytes that break their format: retrying cannot help
  kLimit,            // a configured limit (line, depth, memory, disk) was reached
  kIo,               // the system failed to read or write; may work later
  kCancelled,        // the user or a deadline stopped it
  kInternal,         // a bug in varve
};

std::string_view CodeName(Code code);

// Whether the same call may succeed later, with nothing changed by the caller.
constexpr bool IsRetryable(Code code) { return code == Code::kThrottled || code == Code::kIo; }

struct Error {
  Code code = Code::kInternal;
  std::string message;

  Error WithContext(std::string_view context) && {
    message.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }
};

// Error from errno, naming the operation, its object and what can be done: "write x.parquet: No
// space left on device; free some space, or choose another place".
Error ErrnoError(std::string_view operation, std::string_view object);
Error ErrnoError(std::string_view operation, std::string_view object, int errno_value);

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

 private:
  std::variant<T, Error> state_;
};

struct Ok {};
using Status = Result<Ok>;

}  // namespace varve

#define VARVE_CONCAT_INNER(a, b) a##b
#define VARVE_CONCAT(a, b) VARVE_CONCAT_INNER(a, b)

// Returns the error of EXPR from the enclosing function, if it has one.
#define VARVE_RETURN_IF_ERROR(expr)                                                             \
  do {                                                                                          \
    if (auto varve_status = (expr); !varve_status.ok()) return std::move(varve_status).error(); \
  } while (false)

// Declares LHS with the value of EXPR, or returns its error from the enclosing function.
#define VARVE_ASSIGN_OR_RETURN(lhs, expr) \
  VARVE_ASSIGN_OR_RETURN_INNER(VARVE_CONCAT(varve_result_, __LINE__), lhs, expr)
#define VARVE_ASSIGN_OR_RETURN_INNER(tmp, lhs, expr) \
  auto tmp = (expr);                                 \
  if (!tmp.ok()) return std::move(tmp).error();      \
  lhs = std::move(tmp).value()
