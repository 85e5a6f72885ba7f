#include "http/message.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "http/syntax.hpp"

namespace jury::http {
namespace {

constexpr std::pair<int, std::string_view> phrases[] = {{100, "Continue"},
                                                        {200, "OK"},
                                                        {201, "Created"},
                                                        {202, "Accepted"},
                                                        {203, "Non-Authoritative Information"},
                                                        {204, "No Content"},
                                                        {205, "Reset Content"},
                                                        {206, "Partial Content"},
                                                        {300, "Multiple Choices"},
                                                        {301, "Moved Permanently"},
                                                        {302, "Found"},
                                                        {303, "See Other"},
                                                        {304, "Not Modified"},
                                                        {307, "Temporary Redirect"},
                                                        {308, "Permanent Redirect"},
                                                        {400, "Bad Request"},
                                                        {401, "Unauthorized"},
                                                        {402, "Payment Required"},
                                                        {403, "Forbidden"},
                                                        {404, "Not Found"},
                                                        {405, "Method Not Allowed"},
                                                        {406, "Not Acceptable"},
                                                        {408, "Request Timeout"},
                                                        {409, "Conflict"},
                                                        {410, "Gone"},
                                                        {411, "Length Required"},
                                                        {412, "Precondition Failed"},
                                                        {413, "Content Too Large"},
                                                        {414, "URI Too Long"},
                                                        {415, "Unsupported Media Type"},
                                                        {416, "Range Not Satisfiable"},
                                                        {417, "Expectation Failed"},
                                                        {422, "Unprocessable Content"},
                                                        {425, "Too Early"},
                                                        {428, "Precondition Required"},
                                                        {429, "Too Many Requests"},
                                                        {431, "Request Header Fields Too Large"},
                                                        {500, "Internal Server Error"},
                                                        {501, "Not Implemented"},
                                                        {502, "Bad Gateway"},
                                                        {503, "Service Unavailable"},
                                                        {504, "Gateway Timeout"},
                                                        {505, "HTTP Version Not Supported"}};

// Fields that say how the message is framed, or that a second time would contradict the first.
bool is_of_the_server(std::string_view name) noexcept {
  using namespace std::string_view_literals;
  return std::ranges::any_of(
      std::array{"Content-Type"sv, "Content-Length"sv, "Transfer-Encoding"sv, "Date"sv, "Connection"sv, "Keep-Alive"sv},
      [name](std::string_view own) { return syntax::equal_ignoring_case(name, own); });
}

}  // namespace

std::optional<std::string_view> request::header(std::string_view name) const noexcept {
  for (const auto& field : headers) {
    if (syntax::equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

bool response::sendable() const noexcept {
  return status >= 200 && status <= 599 && syntax::is_field_value(content_type) &&
         std::ranges::all_of(headers, [](const response_field& field) {
           return !field.name.empty() && syntax::all(field.name, syntax::token) && !is_of_the_server(field.name) &&
                  syntax::is_field_value(field.value);
         });
}

response error_response(const refusal& why) {
  response answer{.status = why.status};
  answer.body.reserve(why.detail.size() + 13);
  answer.body.append(R"({"detail":")").append(why.detail).append(R"("})");
  return answer;
}

response error_response(int status) { return error_response(refusal{status, reason_phrase(status)}); }

std::string_view reason_phrase(int status) noexcept {
  const auto* const found = std::ranges::find(phrases, status, &std::pair<int, std::string_view>::first);
  return found == std::end(phrases) ? std::string_view() : found->second;
}

}  // namespace jury::http
