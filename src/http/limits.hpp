#pragma once
// Every bound of the HTTP server in one place, with the defaults that ship.

#include <chrono>
#include <cstddef>

namespace jury::http {

// Sizes are in bytes. Times are absolute: a client can't extend one by sending a byte now and then. They are checked
// every `sweep`, so that a wait may end that much later.
struct limits {
  std::size_t request_line = 8 * 1024;   // with its CRLF; a longer one is answered 414
  std::size_t header_block = 16 * 1024;  // the field lines and the empty line; 431
  std::size_t header_fields = 100;       // 431
  std::size_t body = 1024 * 1024;        // after chunks are joined; 413, before reading when Content-Length says so

  std::chrono::nanoseconds first_byte = std::chrono::seconds(10);  // from accept to the first byte; closed unanswered
  std::chrono::nanoseconds header = std::chrono::seconds(10);      // from the first byte to the empty line; 408
  std::chrono::nanoseconds body_grace = std::chrono::seconds(5);   // after this a body must keep up `body_rate`; 408
  std::chrono::nanoseconds body_total = std::chrono::seconds(60);  // for a whole body at any rate; 408
  std::chrono::nanoseconds idle = std::chrono::seconds(75);        // between two requests; closed unanswered
  // At a stop an idle connection may still send this long: a request that crosses the close on its way would be lost.
  std::chrono::nanoseconds idle_at_stop = std::chrono::seconds(1);
  std::chrono::nanoseconds write_stall = std::chrono::seconds(10);         // a client that takes nothing is dropped
  std::chrono::nanoseconds linger = std::chrono::seconds(1);               // for unread bytes after the last answer
  std::chrono::nanoseconds accept_pause = std::chrono::milliseconds(100);  // when descriptors have run out
  std::chrono::nanoseconds sweep = std::chrono::milliseconds(250);
  std::size_t body_rate = 1024;  // bytes a second, on average

  std::size_t linger_bytes = 64 * 1024;
  std::size_t requests_per_connection = 10'000;  // the last one is answered with Connection: close
  std::size_t connections = 10'000;              // of this worker; over it nothing is accepted
  std::size_t connections_per_address = 0;       // of this worker; one more is closed at once; 0: no bound
};

}  // namespace jury::http
