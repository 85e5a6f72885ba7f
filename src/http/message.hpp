#pragma once
// What a handler gets and what it gives back.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jury::http {

// The methods that a route may have. TRACE, CONNECT and everything else never reach a handler: they are answered 501.
enum class method : std::uint8_t { get, head, post, put, patch, delete_, options };

// In the order of the enumerators.
inline constexpr std::array<std::string_view, 7> method_names = {"GET",   "HEAD",   "POST",   "PUT",
                                                                 "PATCH", "DELETE", "OPTIONS"};

struct field {
  std::string_view name;
  std::string_view value;
};

// A whole request. All views point into the connection and are valid until the response has been written: a handler
// copies what it keeps.
struct request {
  http::method method = http::method::get;
  int minor_version = 1;         // of HTTP/1.x: 0 or 1
  bool keep_alive = true;        // the client's wish: Connection, or the version's default
  bool asks_keep_alive = false;  // it said `Connection: keep-alive`
  std::string_view method_text;  // "GET"
  std::string_view target;       // as received
  std::string_view path;         // percent-decoded; UTF-8 without control characters; starts with '/', or is "*"
  std::string_view query;        // as received, behind the '?', which is not part of it; see parse_query
  std::string_view host;         // of the target if that names one, else of Host; valid syntax, or empty on 1.0
  std::vector<field> headers;    // in the order received; values without the blanks around them
  std::string_view body;         // chunks joined
  std::string_view client;       // the peer's address: "127.0.0.1"
  std::uint16_t client_port = 0;
  std::int64_t received = 0;  // when its last byte was read, steady nanoseconds

  // The value of the first field with that name; the case of letters does not matter.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
};

struct response_field {
  std::string name;
  std::string value;
};

// The server adds Content-Type, Content-Length, Date, Connection and Keep-Alive. A response that can't be sent as it is
// (a status outside 200..599, a control character in a header, one of those fields or Transfer-Encoding in `headers`)
// becomes a 500 and is logged.
struct response {
  int status = 200;
  std::string content_type;  // empty: application/json
  std::vector<response_field> headers;
  std::string body;
  bool close = false;  // end the connection after this one

  [[nodiscard]] bool sendable() const noexcept;
};

// Why the server itself answers a request. The text is fixed: nothing of the request is reflected.
struct refusal {
  int status = 400;
  std::string_view detail;  // of static lifetime, without characters that JSON escapes
};

// FastAPI's body for it: {"detail":"Not Found"}.
[[nodiscard]] response error_response(const refusal& why);
// With the status' own phrase as the detail.
[[nodiscard]] response error_response(int status);

// "Not Found" for 404; empty for a status that RFC 9110 and RFC 6585 do not name.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace jury::http
