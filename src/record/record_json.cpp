#include "record/record_json.hpp"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/json_text.hpp"
#include "record/json_numbers.hpp"

namespace jury {
namespace {

// Accepts every event: the parser alone decides whether a text is JSON.
struct any_json {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  using code = boost::json::error_code;
  using view = boost::json::string_view;
  bool on_document_begin(code&) { return true; }
  bool on_document_end(code&) { return true; }
  bool on_object_begin(code&) { return true; }
  bool on_object_end(std::size_t, code&) { return true; }
  bool on_array_begin(code&) { return true; }
  bool on_array_end(std::size_t, code&) { return true; }
  bool on_key_part(view, std::size_t, code&) { return true; }
  bool on_key(view, std::size_t, code&) { return true; }
  bool on_string_part(view, std::size_t, code&) { return true; }
  bool on_string(view, std::size_t, code&) { return true; }
  bool on_number_part(view, code&) { return true; }
  bool on_int64(std::int64_t, view, code&) { return true; }
  bool on_uint64(std::uint64_t, view, code&) { return true; }
  bool on_double(double, view, code&) { return true; }
  bool on_bool(bool, code&) { return true; }
  bool on_null(code&) { return true; }
  bool on_comment_part(view, code&) { return true; }
  bool on_comment(view, code&) { return true; }
};

bool is_json(std::string_view text) {
  boost::json::basic_parser<any_json> parser{boost::json::parse_options{}};
  boost::json::error_code code;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
  return !code && used == text.size();
}

class object {
 public:
  explicit object(std::string& out) : out_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    return out_ += ':';
  }
  void text(std::string_view name, std::string_view value) { append_json_string_lossy(key(name), value); }
  void optional_text(std::string_view name, const std::optional<std::string>& value) {
    if (value) {
      text(name, *value);
    } else {
      null(name);
    }
  }
  void body(std::string_view name, std::string_view value) {
    if (is_json(value)) {
      key(name) += value;
    } else {
      text(name, value);
    }
  }
  template <typename Integer>
  void integer(std::string_view name, Integer value) {
    fmt::format_to(std::back_inserter(key(name)), "{}", value);
  }
  void microseconds(std::string_view name, std::uint32_t nanoseconds) {
    fmt::format_to(std::back_inserter(key(name)), "{}", static_cast<double>(nanoseconds) / 1000);
  }
  void boolean(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void null(std::string_view name) { key(name) += "null"; }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_identity(object& to, const record& source) {
  to.text("decision_id", source.decision_id.to_string());
  to.optional_text("reference", source.reference);
  to.optional_text("correlation_id", source.correlation_id);
  to.optional_text("trace_id", source.trace_id);
  to.text("received_at", rfc3339(source.received_at));
  to.text("decided_at", rfc3339(source.decided_at));
}

void append_model(object& to, const record& source) {
  object model(to.key("model"));
  model.text("name", source.model_name);
  model.text("version", source.model_version);
  model.text("sha256", fmt::format("{:02x}", fmt::join(source.model_sha256, "")));
  model.end();
  to.text("policy_version", source.policy_version);
}

void append_row(std::string& out, const std::vector<double>& row) { append_json_numbers(out, row, arithmetic::f64); }

void append_missing(std::string& out, const std::vector<double>& row) {
  out += '[';
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += ',';
    out += std::isnan(row[i]) ? "true" : "false";
  }
  out += ']';
}

void append_decision(object& to, const record& source) {
  if (source.margins.size() == 1) {
    append_json_number(to.key("margin"), source.margins.front(), source.arithmetic);
  } else if (source.margins.empty()) {
    to.null("margin");
  } else {
    append_json_numbers(to.key("margin"), source.margins, source.arithmetic);
  }
  if (source.score) {
    append_json_number(to.key("score"), *source.score, source.arithmetic);
  } else {
    to.null("score");
  }
  if (source.probabilities.empty()) {
    to.null("probabilities");
  } else {
    append_json_numbers(to.key("probabilities"), source.probabilities, source.arithmetic);
  }
  to.optional_text("decision", source.decision.empty() ? std::nullopt : std::optional(source.decision));
  std::string& out = to.key("reasons");
  out += '[';
  for (std::size_t i = 0; i < source.reasons.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string_lossy(out, source.reasons[i]);
  }
  out += ']';
}

void append_circumstances(object& to, const record& source) {
  to.boolean("cached", source.cached);
  to.optional_text("copied_from", source.copied_from ? std::optional(source.copied_from->to_string()) : std::nullopt);
  to.integer("worker", source.worker);
  object latency(to.key("latency_us"));
  latency.microseconds("bind", source.latency.bind);
  latency.microseconds("cache", source.latency.cache);
  latency.microseconds("score", source.latency.score);
  latency.end();
  to.integer("status", source.status);
}

}  // namespace

void append_json(std::string& out, const record& source) {
  object to(out);
  append_identity(to, source);
  append_model(to, source);
  to.body("request", source.request);
  append_row(to.key("row"), source.row);
  append_missing(to.key("missing"), source.row);
  append_decision(to, source);
  append_circumstances(to, source);
  to.body("response", source.response);
  to.end();
}

}  // namespace jury
