#include "schema/json_writer.hpp"

#include <algorithm>
#include <cmath>

#include "base/json_text.hpp"
#include "schema/number_format.hpp"
#include "schema/number_parse.hpp"

namespace jury::schema {
namespace {

void append_json_number(std::string& out, std::string_view token) {
  if (is_real_literal(token) && !std::isfinite(parse_literal(token))) {
    append_json_string(out, token);
  } else {
    out += token;
  }
}

}  // namespace

void append_compact(std::string& out, std::string_view json) {
  constexpr std::string_view white_space = " \t\r\n";
  constexpr std::string_view number = "+-.0123456789eE";
  for (std::size_t i = 0; i < json.size();) {
    const char c = json[i];
    if (white_space.contains(c)) {
      ++i;
      continue;
    }
    auto end = i + 1;
    if (c == '"') {
      while (json[end] != '"') {
        end += json[end] == '\\' ? 2 : 1;
      }
      ++end;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      end = std::min(json.find_first_not_of(number, i), json.size());
      append_json_number(out, json.substr(i, end - i));
      i = end;
      continue;
    }
    out += json.substr(i, end - i);
    i = end;
  }
}

void json_writer::separate() {
  if (out_.size() != start_ && !std::string_view("{[:").contains(out_.back())) {
    out_ += ',';
  }
}

void json_writer::open(char bracket) {
  separate();
  out_ += bracket;
}

void json_writer::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
}

void json_writer::string(std::string_view text) {
  separate();
  append_json_string(out_, text);
}

void json_writer::number(double value) {
  separate();
  append_number(out_, value);
}

void json_writer::integer(std::int64_t value) {
  separate();
  out_ += std::to_string(value);
}

void json_writer::boolean(bool value) { raw(value ? "true" : "false"); }

void json_writer::raw(std::string_view json) {
  separate();
  out_ += json;
}

void json_writer::member(std::string_view name, std::string_view text) {
  key(name);
  string(text);
}

}  // namespace jury::schema
