#pragma once
// From a response to bytes.

#include <chrono>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace jury::http {

// What the bytes depend on beside the response.
struct response_rules {
  bool without_body = false;  // the request was HEAD: the length is told, the body is not sent
  bool close = false;         // Connection: close
  bool announce_keep_alive =
      false;                      // the client asked, or speaks 1.0: Connection: keep-alive and Keep-Alive: timeout=…
  std::chrono::seconds idle{75};  // for Keep-Alive
  std::string_view date;
};

// Appends the response to `out`, headers and body. `answer` must be `sendable()`. 204 and 304 get no body and no
// Content-Length of their own, as RFC 9110 8.6 asks.
void write_response(std::string& out, const response& answer, const response_rules& rules);

// The interim answer to `Expect: 100-continue`.
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace jury::http
