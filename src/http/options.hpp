#pragma once
// What a server is given once, at the start.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "http/limits.hpp"
#include "http/message.hpp"
#include "runtime/task.hpp"

namespace jury::http {

// Answers one request. An exception becomes a 500. It runs to its end even when the client leaves: what it records is
// never lost. The request stays valid until its response has been written.
using handler = std::function<task<response>(request&)>;

// One answered request, or one that the server refused itself. Views are valid during the call.
struct access_entry {
  std::string_view method;  // empty when the header was never understood
  std::string_view target;
  std::string_view client;
  std::uint16_t client_port = 0;
  int status = 0;
  std::size_t bytes = 0;      // sent, headers included; fewer than the response has when the client left
  std::int64_t duration = 0;  // nanoseconds from the last byte read to the last byte handed to the kernel
};

struct options {
  http::handler handler;
  http::limits limits;
  // A request that the server refuses itself: what was understood of it (null unless its header was whole and good),
  // and the answer, which may be added to. May be empty; must not throw.
  std::function<void(const request* understood, response& answer)> on_refusal;
  // For processes that share a listening socket. `on_count` is told how many connections are open here whenever that
  // changes; `leaves_next` is asked whether another process should rather take the next one. It then has a few
  // milliseconds for that: a connection never waits for a process that is busy. Both may be empty; must not throw.
  std::function<void(std::size_t open)> on_count;
  std::function<bool(std::size_t open)> leaves_next;
  std::function<void(const access_entry&)> on_response;  // may be empty; must not throw
  std::function<void(std::string_view what)> on_error;   // a handler's exception, accept failing; may be empty
};

}  // namespace jury::http
