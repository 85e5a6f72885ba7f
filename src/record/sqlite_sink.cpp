#include "record/sqlite_sink.hpp"

#include <utility>

#include "base/clock.hpp"

namespace jury {
namespace {

constexpr auto dead_sql =
    "INSERT INTO dead_letters (decision_id, reason, payload, buried_at) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (payload) DO NOTHING";

sink_failure kind_of(int code) {
  switch (sqlite::classify(code)) {
    case sqlite::failure_class::transient:
      return sink_failure::transient;
    case sqlite::failure_class::permanent:
      return sink_failure::permanent;
    case sqlite::failure_class::configuration:
      break;
  }
  return sink_failure::configuration;
}

std::unexpected<sink_error> failed(const sqlite::failure& problem) {
  return std::unexpected(sink_error{kind_of(problem.code), problem.message});
}

}  // namespace

sqlite_sink::sqlite_sink(sqlite::database connection, sqlite::statement insert, sqlite::statement same,
                         sqlite::statement dead)
    : connection_(std::move(connection)), insert_(std::move(insert)), same_(std::move(same)), dead_(std::move(dead)) {}

sink_result<sqlite_sink> sqlite_sink::open(const std::string& path, sqlite::synchronous synchronous) {
  auto connection = sqlite::database::open(path, {.synchronous = synchronous});
  if (!connection) return failed(connection.error());
  if (auto created = sqlite_schema::create(*connection); !created) {
    created.error().message = "store sqlite:" + path + ": " + created.error().message;
    return failed(created.error());
  }
  auto insert = connection->prepare(sqlite_schema::insert_sql);
  if (!insert) return failed(insert.error());
  auto same = connection->prepare(sqlite_schema::same_sql);
  if (!same) return failed(same.error());
  auto dead = connection->prepare(dead_sql);
  if (!dead) return failed(dead.error());
  return sqlite_sink(std::move(*connection), std::move(*insert), std::move(*same), std::move(*dead));
}

sink_result<delivered> sqlite_sink::write(std::span<const record> batch) {
  auto transaction = sqlite::transaction::begin(connection_);
  if (!transaction) return failed(transaction.error());
  delivered total;
  for (const record& one : batch) {
    const auto done = write_one(one);
    if (!done) return failed(done.error());
    total.stored += *done == outcome::stored ? 1 : 0;
    total.absorbed += *done == outcome::absorbed ? 1 : 0;
    total.dead += *done == outcome::dead ? 1 : 0;
  }
  if (const auto committed = transaction->commit(); !committed) return failed(committed.error());
  return total;
}

sqlite::result<sqlite_sink::outcome> sqlite_sink::write_one(const record& one) {
  sqlite_schema::bind(insert_, one, texts_);
  if (const auto inserted = insert_.run(); !inserted) return std::unexpected(inserted.error());
  if (connection_.changes() == 1) return outcome::stored;

  // Compared by the very values that would have been stored, so that what a column can't tell apart is no difference.
  sqlite_schema::bind(same_, one, texts_);
  const auto same = same_.step();
  same_.reset();
  if (!same) return std::unexpected(same.error());
  if (*same) return outcome::absorbed;

  encoded_.clear();
  encode(one, encoded_);
  const auto buried = insert_dead_letter({.decision_id = one.decision_id,
                                          .reason = "a record with this decision id and other content is stored",
                                          .payload = std::as_bytes(std::span(encoded_))});
  if (!buried) return std::unexpected(buried.error());
  return outcome::dead;
}

sink_result<void> sqlite_sink::bury(const dead_letter& letter) {
  if (const auto buried = insert_dead_letter(letter); !buried) return failed(buried.error());
  return {};
}

sqlite::result<void> sqlite_sink::insert_dead_letter(const dead_letter& letter) {
  const std::string id = letter.decision_id ? letter.decision_id->to_string() : std::string();
  dead_.bind(1, letter.decision_id ? std::optional<std::string_view>(id) : std::nullopt);
  dead_.bind(2, std::string_view(letter.reason));
  dead_.bind(3, letter.payload);
  dead_.bind(4, unix_nanoseconds());
  return dead_.run();
}

}  // namespace jury
