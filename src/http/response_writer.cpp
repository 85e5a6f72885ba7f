#include "http/response_writer.hpp"

#include <fmt/format.h>

namespace jury::http {
namespace {

// The digits of a number, on the stack.
class decimal {
 public:
  explicit decimal(std::uint64_t value) : text_(value) {}
  [[nodiscard]] std::string_view view() const { return {text_.data(), text_.size()}; }

 private:
  fmt::format_int text_;
};

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

void write_response(std::string& out, const response& answer, const response_rules& rules) {
  const bool may_have_body = answer.status != 204 && answer.status != 304;
  constexpr std::size_t usual_header = 256;
  out.reserve(out.size() + usual_header + answer.body.size());

  if (answer.status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
  } else {
    out.append("HTTP/1.1 ").append(decimal(static_cast<std::uint64_t>(answer.status)).view());
    out.append(" ").append(reason_phrase(answer.status)).append("\r\n");
  }
  append_field(out, "Date", rules.date);
  if (may_have_body) {
    constexpr std::string_view usual = "application/json";
    append_field(out, "Content-Type", answer.content_type.empty() ? usual : std::string_view(answer.content_type));
    append_field(out, "Content-Length", decimal(answer.body.size()).view());
  }
  if (rules.close) {
    append_field(out, "Connection", "close");
  } else if (rules.announce_keep_alive) {
    append_field(out, "Connection", "keep-alive");
    out.append("Keep-Alive: timeout=").append(decimal(static_cast<std::uint64_t>(rules.idle.count())).view());
    out.append("\r\n");
  }
  for (const auto& field : answer.headers) append_field(out, field.name, field.value);
  out.append("\r\n");
  if (may_have_body && !rules.without_body) out.append(answer.body);
}

}  // namespace jury::http
