#include "schema/validation_error.hpp"

#include <utility>

#include "schema/json_writer.hpp"

namespace jury::schema {
namespace {

void append_location(json_writer& json, const location& loc) {
  json.begin_array();
  for (const auto& step : loc) {
    if (const auto* key = std::get_if<std::string>(&step)) {
      json.string(*key);
    } else {
      json.integer(std::get<std::int64_t>(step));
    }
  }
  json.end_array();
}

refusal one(validation_error error) {
  refusal result;
  result.errors.push_back(std::move(error));
  return result;
}

}  // namespace

void append_422(std::string& out, const std::vector<validation_error>& errors) {
  json_writer json(out);
  json.begin_object();
  json.key("detail");
  json.begin_array();
  for (const auto& error : errors) {
    json.begin_object();
    json.member("type", error.type);
    json.key("loc");
    append_location(json, error.loc);
    json.member("msg", error.message);
    json.key("input");
    json.raw(error.input);
    if (!error.context.empty()) {
      json.key("ctx");
      json.raw(error.context);
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void refusal::add_in_front(validation_error error) {
  if (status == 400 || (!errors.empty() && errors.front().type == "json_invalid")) return;
  errors.insert(errors.begin(), std::move(error));
}

void refusal::append_to(std::string& out) const {
  if (status == 400) {
    out += R"({"detail":"There was an error parsing the body"})";
  } else {
    append_422(out, errors);
  }
}

validation_error missing(location loc, std::string input) {
  return {"missing", std::move(loc), "Field required", std::move(input)};
}

refusal not_an_object(std::string input) {
  return one({"model_attributes_type",
              {"body"},
              "Input should be a valid dictionary or object to extract fields from",
              std::move(input)});
}

refusal json_invalid(std::string_view message, std::size_t position) {
  std::string context;
  json_writer json(context);
  json.begin_object();
  json.member("error", message);
  json.end_object();
  return one({"json_invalid", {"body", static_cast<std::int64_t>(position)}, "JSON decode error", "{}", context});
}

refusal unreadable_body() { return {.status = 400, .errors = {}}; }

}  // namespace jury::schema
