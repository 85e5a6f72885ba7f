// Any bytes as a request body: nothing crashes, what binds keeps the schema's promises, what does not is answered with
// JSON, and the parser and the error finder agree on what JSON is.

#include <boost/json/parse.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "schema/bind.hpp"
#include "schema/characters.hpp"
#include "schema/json_scan.hpp"

namespace {

using namespace jury::schema;

object_schema request(extra_keys extra) {
  using enum field_type;
  return object_schema::make(
             "Request",
             {{.name = "a", .type = integer, .constraints = {.ge = 18, .le = 120}},
              {.name = "n", .required = false, .nullable = true, .constraints = {.gt = 0}},
              {.name = "m", .required = false, .default_value = 1.0, .constraints = {.lt = 10, .multiple_of = 0.1}},
              {.name = "b", .type = boolean, .required = false, .nullable = true},
              {.name = "c", .type = category, .required = false, .default_value = "x", .categories = {"x", "yé"}},
              {.name = "reference",
               .type = string,
               .required = false,
               .nullable = true,
               .constraints = {.max_length = 20}}},
             extra)
      .value();
}

void require(bool promise) {
  if (!promise) {
    std::abort();
  }
}

bool missing_or(double value, bool in_range) { return std::isnan(value) || in_range; }

void check_row(const std::vector<double>& row, const bound_object& bound) {
  require(row[0] >= 18 && row[0] <= 120 && row[0] == std::trunc(row[0]));
  require(missing_or(row[1], row[1] > 0));
  require(row[2] < 10);
  require(missing_or(row[3], row[3] == 0 || row[3] == 1));
  require(row[4] == 0 || row[4] == 1);
  require(bound.presences[0] == presence::given);
  const auto reference = bound.strings[5];
  require(jury::is_utf8(reference) && count_characters(reference) <= 20);
}

// Only the parser minds exponents of ten digits.
bool has_huge_exponent(std::string_view text) {
  for (auto e = text.find_first_of("eE"); e != std::string_view::npos; e = text.find_first_of("eE", e + 1)) {
    const auto digits = text.find_first_of("0123456789", e);
    if (digits != std::string_view::npos && digits <= e + 2 &&
        text.substr(digits, 9).find_first_not_of("0123456789") == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// A schema without fields binds every object, so a refusal speaks of the JSON alone.
void check_agreement(std::string_view body) {
  static const auto schema = object_schema::make("Any", {}).value();
  static binder bind(schema);
  const auto bound = bind.bind(body, {});
  if (body.empty() || body.starts_with("\xEF\xBB\xBF") || !jury::is_utf8(body)) {
    return;
  }
  const auto found = diagnose_json(body, binder::max_depth).is;
  const bool parsed = bound || (bound.error().status == 422 && bound.error().errors[0].type != "json_invalid");
  using verdict = json_diagnosis::verdict;
  if (parsed) {
    require(found == verdict::valid);
  } else if (bound.error().status == 422) {
    require(found == verdict::malformed);
  } else {
    require(found == verdict::unreadable || body.contains('\0') || has_huge_exponent(body));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto ignoring = request(extra_keys::ignore);
  static const auto forbidding = request(extra_keys::forbid);
  static binder bind_ignoring(ignoring), bind_forbidding(forbidding);
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (auto* bind : {&bind_ignoring, &bind_forbidding}) {
    std::vector<double> row(ignoring.row_size());
    const auto bound = bind->bind(body, row);
    if (bound) {
      check_row(row, *bound);
      continue;
    }
    std::string answer;
    bound.error().append_to(answer);
    boost::json::error_code failure;
    static_cast<void>(boost::json::parse(answer, failure));
    require(!failure);
    require(bound.error().status == 400 || !bound.error().errors.empty());
  }
  check_agreement(body);
  std::string text;
  bind_text(body).append_to(text);
  return 0;
}
