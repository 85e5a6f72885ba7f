#pragma once
// Floor 1, internal to binding. What the JSON parser calls: keeps the values of the top-level fields and nothing else.

#include <boost/json/basic_parser.hpp>
#include <boost/json/error.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/field.hpp"
#include "schema/json_scan.hpp"
#include "schema/json_value.hpp"
#include "schema/number_parse.hpp"

namespace jury::schema {

class body_handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit body_handler(const object_schema& schema) : schema_(&schema), values_(schema.fields().size()) {}

  // Forgets the last body. The views in values point into `body` or into this handler.
  void start(std::string_view body) {
    body_ = body;
    values_.assign(values_.size(), {});
    root_ = {};
    decoded_.clear();
    part_ = nullptr;
    depth_ = 0;
    current_.reset();
    next_ = 0;
    has_unknown_ = false;
  }

  const std::vector<json_value>& values() const { return values_; }
  const json_value& root() const { return root_; }
  bool has_unknown_keys() const { return has_unknown_; }

  using code = boost::json::error_code;
  using text = boost::json::string_view;

  bool on_document_begin(code&) { return true; }
  bool on_document_end(code&) { return true; }
  bool on_object_begin(code&) { return open(json_kind::object); }
  bool on_object_end(std::size_t, code&) { return close(); }
  bool on_array_begin(code&) { return open(json_kind::array); }
  bool on_array_end(std::size_t, code&) { return close(); }

  bool on_key_part(text part, std::size_t, code&) {
    if (depth_ == 1) {
      decode(part);
    }
    return true;
  }

  bool on_key(text last, std::size_t, code&) {
    if (depth_ != 1) {
      return true;
    }
    current_ = schema_->find(whole(last), next_);
    if (current_) {
      next_ = *current_ + 1;
    } else {
      has_unknown_ = true;
    }
    return true;
  }

  bool on_string_part(text part, std::size_t, code&) {
    if (wanted()) {
      decode(part);
    }
    return true;
  }

  bool on_string(text last, std::size_t, code&) {
    return wanted() ? keep({.kind = json_kind::string, .text = whole(last)}) : true;
  }

  bool on_number_part(text, code&) { return true; }

  bool on_int64(std::int64_t integer, text, code&) { return keep({.kind = json_kind::integer, .integer = integer}); }

  bool on_uint64(std::uint64_t, text written, code&) {
    return keep({.kind = json_kind::big_integer, .text = {written.data(), written.size()}});
  }

  // The double is not used: Boost 1.81 misrounds.
  bool on_double(double, text written, code& failure) {
    const std::string_view number(written.data(), written.size());
    const bool real = is_real_literal(number);
    if (!real && number.size() > max_integer_digits + (number.starts_with('-') ? 1 : 0)) {
      failure = boost::json::error::not_number;
      return false;
    }
    return keep({.kind = real ? json_kind::real : json_kind::big_integer, .text = number});
  }

  bool on_bool(bool value, code&) { return keep({.kind = json_kind::boolean, .integer = value ? 1 : 0}); }
  bool on_null(code&) { return keep({.kind = json_kind::null}); }
  bool on_comment_part(text, code&) { return true; }
  bool on_comment(text, code&) { return true; }

 private:
  bool wanted() const { return depth_ == 1 && current_; }

  bool keep(const json_value& value) {
    if (depth_ == 1 && current_) {
      values_[*current_] = value;
    } else if (depth_ == 0) {
      root_ = value;
    }
    return true;
  }

  bool open(json_kind kind) {
    keep({.kind = kind});
    ++depth_;
    return true;
  }

  bool close() {
    --depth_;
    return true;
  }

  // Decoded text is never longer than the body it came from, so after one reserve it stays where it is.
  void decode(std::string_view part) {
    decoded_.reserve(body_.size());
    if (part_ == nullptr) {
      part_ = decoded_.data() + decoded_.size();
    }
    decoded_ += part;
  }

  // The string that ends with `last`. Without escapes it comes in one piece, in the body; otherwise from a buffer of
  // the parser's.
  std::string_view whole(text last) {
    const bool in_body = std::greater_equal<>{}(last.data(), body_.data()) &&
                         std::less_equal<>{}(last.data() + last.size(), body_.data() + body_.size());
    if (part_ == nullptr && in_body) {
      return {last.data(), last.size()};
    }
    decode({last.data(), last.size()});
    const std::string_view result(part_, static_cast<std::size_t>(decoded_.data() + decoded_.size() - part_));
    part_ = nullptr;
    return result;
  }

  const object_schema* schema_;
  std::vector<json_value> values_;  // one a field
  json_value root_;                 // kind only, and only of what is not nested
  std::string_view body_;
  std::string decoded_;
  const char* part_ = nullptr;  // where the string began that is coming in parts
  std::size_t depth_ = 0;
  std::optional<std::size_t> current_;  // the field whose key came last
  std::size_t next_ = 0;
  bool has_unknown_ = false;
};

}  // namespace jury::schema
