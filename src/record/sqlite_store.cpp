#include "record/sqlite_store.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <utility>

#include "record/sqlite_schema.hpp"

namespace jury {

result<std::optional<record>> sqlite_store::find(const uuid& decision_id) {
  if (!connection_) {
    if (auto opened = connect(); !opened) return fail(std::move(opened.error().message));
    if (!connection_) return std::nullopt;
  }
  auto found = ask(decision_id);
  if (!found) connection_.reset();
  return found;
}

// Leaves connection_ empty when there is no file, or a file in which the recorder has not made its tables yet.
sqlite::result<void> sqlite_store::connect() {
  std::error_code code;
  if (!std::filesystem::exists(path_, code)) {
    if (code) return std::unexpected(sqlite::unusable(fmt::format("store sqlite:{}: {}", path_, code.message())));
    return {};
  }
  auto database = sqlite::database::open(
      path_, {.access = sqlite::access::read_only, .busy_timeout = std::chrono::milliseconds(250)});
  if (!database) return std::unexpected(database.error());
  const auto version = database->query_integer("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version == 0) return {};
  if (*version != sqlite_schema::version)
    return std::unexpected(
        sqlite::unusable(fmt::format("store sqlite:{}: its tables have version {}, this program knows {}", path_,
                                     *version, sqlite_schema::version)));
  auto select = database->prepare(sqlite_schema::select_sql);
  if (!select) return std::unexpected(select.error());
  connection_.emplace(std::move(*database), std::move(*select));
  return {};
}

result<std::optional<record>> sqlite_store::ask(const uuid& decision_id) {
  sqlite::statement& select = connection_->select;
  const std::string id = decision_id.to_string();
  select.bind(1, std::string_view(id));
  const auto row = select.step();
  if (!row) return fail(row.error().message);
  result<std::optional<record>> found;
  if (*row) {
    if (auto read = sqlite_schema::read(select)) {
      found = std::move(*read);
    } else {
      found = std::unexpected(std::move(read.error()));
    }
  }
  select.reset();
  return found;
}

}  // namespace jury
