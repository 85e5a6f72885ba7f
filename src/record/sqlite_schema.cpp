#include "record/sqlite_schema.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <charconv>

#include "base/json_text.hpp"
#include "record/json_numbers.hpp"

namespace jury::sqlite_schema {
namespace {

struct column {
  const char* name;
  const char* type;
};

// In the order of bind() and read(). Ids are canonical text, not blobs of 16 bytes: people query this table by hand.
// Times are nanoseconds since 1970: datetime(decided_at / 1e9, 'unixepoch'). Lists are JSON texts, for json_each and
// json_extract, with digits enough to read back the same numbers; a missing value is null.
// A table with rowids: rows of this size are written half again as slowly without, and the file is a tenth larger.
constexpr std::array columns{
    column{"decision_id", "TEXT NOT NULL PRIMARY KEY"},
    column{"reference", "TEXT"},
    column{"correlation_id", "TEXT"},
    column{"trace_id", "TEXT"},
    column{"received_at", "INTEGER NOT NULL"},
    column{"decided_at", "INTEGER NOT NULL"},
    column{"model_name", "TEXT NOT NULL"},
    column{"model_version", "TEXT NOT NULL"},
    column{"model_sha256", "TEXT NOT NULL"},
    column{"policy_version", "TEXT NOT NULL"},
    column{"request", "TEXT NOT NULL"},
    column{"row", "TEXT NOT NULL"},
    column{"margins", "TEXT NOT NULL"},
    column{"score", "REAL"},
    column{"probabilities", "TEXT NOT NULL"},
    column{"decision", "TEXT NOT NULL"},
    column{"reasons", "TEXT NOT NULL"},
    column{"cached", "INTEGER NOT NULL"},
    column{"copied_from", "TEXT"},
    column{"worker", "INTEGER NOT NULL"},
    column{"bind_ns", "INTEGER NOT NULL"},
    column{"cache_ns", "INTEGER NOT NULL"},
    column{"score_ns", "INTEGER NOT NULL"},
    column{"status", "INTEGER NOT NULL"},
    column{"arithmetic", "TEXT NOT NULL"},
    column{"response", "TEXT NOT NULL"},
};

// "a, b, c" of FORMAT applied to each column's name and number.
template <typename Format>
std::string each_column(const char* separator, Format format) {
  std::string joined;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) joined += separator;
    joined += format(columns[i], i + 1);
  }
  return joined;
}

std::string create_sql() {
  const auto definitions =
      each_column(",\n  ", [](column c, std::size_t) { return fmt::format("{} {}", c.name, c.type); });
  return fmt::format(
      "BEGIN IMMEDIATE;\n"
      "CREATE TABLE decisions (\n  {}\n);\n"
      "CREATE TABLE dead_letters (\n  decision_id TEXT,\n  reason TEXT NOT NULL,\n  payload BLOB NOT NULL UNIQUE,\n"
      "  buried_at INTEGER NOT NULL\n);\n"
      "PRAGMA user_version = {};\n"
      "COMMIT;",
      definitions, version);
}

void append_texts(std::string& out, const std::vector<std::string>& texts) {
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, texts[i]);
  }
  out += ']';
}

std::optional<std::vector<std::string>> parse_texts(std::string_view json) {
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;  // append_json_string passes on what it gets
  boost::json::error_code code;
  const auto value = boost::json::parse(json, code, {}, options);
  if (code || !value.is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& element : value.get_array()) {
    if (!element.is_string()) return std::nullopt;
    texts.emplace_back(element.get_string().data(), element.get_string().size());
  }
  return texts;
}

std::optional<sha256_digest> parse_sha256(std::string_view text) {
  sha256_digest digest;
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const char* at = text.data() + 2 * i;
    if (std::from_chars(at, at + 2, digest[i], 16).ptr != at + 2) return std::nullopt;
  }
  return digest;
}

std::optional<std::string> optional_text(const sqlite::statement& from, int column) {
  if (from.is_null(column)) return std::nullopt;
  return std::string(from.text(column));
}

// Reads the columns one after the other; notes the first that does not hold what this program writes.
class row_reader {
 public:
  explicit row_reader(const sqlite::statement& from) : from_(from) {}

  std::string text() { return std::string(from_.text(at_++)); }
  std::optional<std::string> maybe_text() { return optional_text(from_, at_++); }
  std::int64_t integer() { return from_.integer(at_++); }
  std::optional<double> maybe_real() {
    const int column = at_++;
    return from_.is_null(column) ? std::nullopt : std::optional(from_.real(column));
  }
  template <typename Parse>
  auto parsed(Parse parse) {
    const int column = at_++;
    auto value = parse(from_.text(column));
    if (!value && wrong_ == nullptr) wrong_ = columns[static_cast<std::size_t>(column)].name;
    return value ? std::move(*value) : typename decltype(value)::value_type{};
  }
  [[nodiscard]] const char* wrong() const { return wrong_; }

 private:
  const sqlite::statement& from_;
  int at_ = 0;
  const char* wrong_ = nullptr;
};

}  // namespace

const std::string insert_sql =
    fmt::format("INSERT INTO decisions ({}) VALUES ({}) ON CONFLICT (decision_id) DO NOTHING",
                each_column(", ", [](column c, std::size_t) { return std::string(c.name); }),
                each_column(", ", [](column, std::size_t number) { return fmt::format("?{}", number); }));

const std::string same_sql =
    fmt::format("SELECT 1 FROM decisions WHERE {}", each_column(" AND ", [](column c, std::size_t number) {
                  return fmt::format("{} {} ?{}", c.name, number == 1 ? "=" : "IS", number);
                }));

const std::string select_sql =
    fmt::format("SELECT {} FROM decisions WHERE decision_id = ?1",
                each_column(", ", [](column c, std::size_t) { return std::string(c.name); }));

sqlite::result<void> create(sqlite::database& connection) {
  const auto found = connection.query_integer("PRAGMA user_version");
  if (!found) return std::unexpected(found.error());
  if (*found == version) return {};
  if (*found == 0) return connection.execute(create_sql());
  return std::unexpected(
      sqlite::unusable(fmt::format("the file's tables have version {}, this program knows up to {}", *found, version)));
}

void bind(sqlite::statement& to, const record& source, row_texts& texts) {
  for (std::string* text : {&texts.decision_id, &texts.sha256, &texts.row, &texts.margins, &texts.probabilities,
                            &texts.reasons, &texts.copied_from})
    text->clear();
  source.decision_id.append_to(texts.decision_id);
  for (const std::uint8_t byte : source.model_sha256) {
    texts.sha256 += "0123456789abcdef"[byte >> 4];
    texts.sha256 += "0123456789abcdef"[byte & 15];
  }
  append_json_numbers(texts.row, source.row, arithmetic::f64, infinity::as_overflow);
  append_json_numbers(texts.margins, source.margins, source.arithmetic, infinity::as_overflow);
  append_json_numbers(texts.probabilities, source.probabilities, source.arithmetic, infinity::as_overflow);
  append_texts(texts.reasons, source.reasons);
  if (source.copied_from) source.copied_from->append_to(texts.copied_from);

  int at = 0;
  const auto text = [&](std::string_view value) { to.bind(++at, value); };
  const auto maybe_text = [&](const std::optional<std::string>& value) {
    to.bind(++at, value ? std::optional<std::string_view>(*value) : std::nullopt);
  };
  const auto integer = [&](std::int64_t value) { to.bind(++at, value); };
  text(texts.decision_id);
  maybe_text(source.reference);
  maybe_text(source.correlation_id);
  maybe_text(source.trace_id);
  integer(source.received_at);
  integer(source.decided_at);
  text(source.model_name);
  text(source.model_version);
  text(texts.sha256);
  text(source.policy_version);
  text(source.request);
  text(texts.row);
  text(texts.margins);
  if (source.score) {
    to.bind(++at, *source.score);
  } else {
    to.bind_null(++at);
  }
  text(texts.probabilities);
  text(source.decision);
  text(texts.reasons);
  integer(source.cached ? 1 : 0);
  to.bind(++at, source.copied_from ? std::optional<std::string_view>(texts.copied_from) : std::nullopt);
  integer(source.worker);
  integer(source.latency.bind);
  integer(source.latency.cache);
  integer(source.latency.score);
  integer(source.status);
  text(to_string(source.arithmetic));
  text(source.response);
}

result<record> read(const sqlite::statement& from) {
  constexpr int arithmetic_column = static_cast<int>(columns.size()) - 2;
  record to;
  to.arithmetic = from.text(arithmetic_column) == "f32" ? arithmetic::f32 : arithmetic::f64;
  const auto doubles = [](std::string_view text) { return parse_json_numbers(text, arithmetic::f64); };
  const auto numbers = [&](std::string_view text) { return parse_json_numbers(text, to.arithmetic); };
  row_reader row(from);
  to.decision_id = row.parsed(uuid::parse);
  to.reference = row.maybe_text();
  to.correlation_id = row.maybe_text();
  to.trace_id = row.maybe_text();
  to.received_at = row.integer();
  to.decided_at = row.integer();
  to.model_name = row.text();
  to.model_version = row.text();
  to.model_sha256 = row.parsed(parse_sha256);
  to.policy_version = row.text();
  to.request = row.text();
  to.row = row.parsed(doubles);
  to.margins = row.parsed(numbers);
  to.score = row.maybe_real();
  to.probabilities = row.parsed(numbers);
  to.decision = row.text();
  to.reasons = row.parsed(parse_texts);
  to.cached = row.integer() != 0;
  if (const auto copied_from = row.maybe_text()) to.copied_from = uuid::parse(*copied_from);
  to.worker = static_cast<std::uint32_t>(row.integer());
  to.latency.bind = static_cast<std::uint32_t>(row.integer());
  to.latency.cache = static_cast<std::uint32_t>(row.integer());
  to.latency.score = static_cast<std::uint32_t>(row.integer());
  to.status = static_cast<std::uint16_t>(row.integer());
  static_cast<void>(row.text());  // arithmetic
  to.response = row.text();
  if (row.wrong() != nullptr)
    return fail(fmt::format("decision {}: column {} holds no such value", to.decision_id.to_string(), row.wrong()));
  return to;
}

}  // namespace jury::sqlite_schema
