// SqliteConnection: one connection to the database, its statements kept prepared.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace varve {

// The current row of a running query; valid inside the function that is called with it.
class SqliteRow {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  int64_t Int(int column) const;
  uint64_t Unsigned(int column) const { return static_cast<uint64_t>(Int(column)); }
  std::string Text(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// Not thread-safe: SqliteDatabase guards it. Every text is bound as bytes, never spliced into SQL.
class SqliteConnection {
 public:
  static Result<std::unique_ptr<SqliteConnection>> Open(const std::string& path);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // Statements without parameters, once, not kept prepared.
  Status Script(const char* sql);

  // One statement; `sql` must live as long as the connection, and is what it is known by.
  template <typename... Args>
  Status Run(const char* sql, const Args&... args) {
    return Query(
        sql, [](const SqliteRow&) { return true; }, args...);
  }

  // map(row) of every row.
  template <typename Map, typename... Args>
  auto All(const char* sql, Map map, const Args&... args)
      -> Result<std::vector<std::invoke_result_t<Map, const SqliteRow&>>> {
    std::vector<std::invoke_result_t<Map, const SqliteRow&>> rows;
    VARVE_RETURN_IF_ERROR(Query(
        sql,
        [&](const SqliteRow& row) {
          rows.push_back(map(row));
          return true;
        },
        args...));
    return rows;
  }

  // map(row) of the first row, if there is one.
  template <typename Map, typename... Args>
  auto One(const char* sql, Map map, const Args&... args)
      -> Result<std::optional<std::invoke_result_t<Map, const SqliteRow&>>> {
    std::optional<std::invoke_result_t<Map, const SqliteRow&>> first;
    VARVE_RETURN_IF_ERROR(Query(
        sql,
        [&](const SqliteRow& row) {
          first = map(row);
          return false;
        },
        args...));
    return first;
  }

  int64_t LastInsertId() const;
  int64_t Changes() const;  // rows that the last statement wrote
  bool InTransaction() const;

 private:
  explicit SqliteConnection(sqlite3* db) : db_(db) {}

  template <typename Visit, typename... Args>
  Status Query(const char* sql, Visit visit, const Args&... args) {
    VARVE_ASSIGN_OR_RETURN(sqlite3_stmt * statement, Prepared(sql));
    int index = 0;
    (Bind(statement, ++index, args), ...);
    Result<bool> row = Step(statement, sql);
    while (row.ok() && *row && visit(SqliteRow(statement))) row = Step(statement, sql);
    Reset(statement);
    if (!row.ok()) return std::move(row).error();
    return Ok{};
  }

  static void Bind(sqlite3_stmt* statement, int index, std::string_view text);
  static void Bind(sqlite3_stmt* statement, int index, int64_t number);
  template <std::integral Number>
  static void Bind(sqlite3_stmt* statement, int index, Number number) {
    Bind(statement, index, static_cast<int64_t>(number));
  }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  static void Bind(sqlite3_stmt* statement, int index, Enum value) {
    Bind(statement, index, static_cast<int64_t>(value));
  }

  Result<sqlite3_stmt*> Prepared(const char* sql);
  Result<bool> Step(sqlite3_stmt* statement, const char* sql);
  static void Reset(sqlite3_stmt* statement);

  sqlite3* db_;
  std::unordered_map<std::string_view, sqlite3_stmt*> statements_;
};

}  // namespace varve
