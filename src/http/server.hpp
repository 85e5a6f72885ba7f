#pragma once
// Floor 2, what Uvicorn is in Python: HTTP/1.1 on one listening socket and one loop. From the bytes up: guard (what may
// not be), header_parser (Beast), chunked_body, request_reader (all of it, without I/O), response_writer, session (a
// connection), server. No TLS, no HTTP/2: a proxy in front has both.

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <unordered_set>

#include "base/error.hpp"
#include "http/options.hpp"
#include "http/session.hpp"
#include "runtime/gate.hpp"
#include "runtime/loop.hpp"

namespace jury::http {

// Accepts connections and serves them. Everything is for the loop's thread. Await `drain` before the end of a server
// that has listened.
//
//   http::server server(loop, {.handler = answer});
//   if (const auto listening = server.listen(descriptor); !listening) ...
//   ...
//   co_await server.drain(30s);
class server {
 public:
  server(loop& owner, options settings);
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  // Starts to accept on a TCP socket that is bound and listens already, one connection a turn so that processes which
  // share it share its connections. Owns the descriptor from here on. Fails when it is no such socket.
  result<void> listen(int descriptor);

  // Accepts no more. Requests in progress, and those that idle connections send within `limits::idle_at_stop`, are
  // answered with `Connection: close`. Safe to call twice.
  void stop();

  // Stops; resumes when all connections have ended. After `patience` those that remain are closed, and only handlers
  // still running are awaited.
  task<> drain(std::chrono::nanoseconds patience);

  // Open now, idle ones included.
  [[nodiscard]] std::size_t connections() const noexcept { return open_; }

 private:
  using timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                           asio::io_context::executor_type>;

  using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

  task<> accept();
  task<> leave_next();
  void admit(tcp_socket socket, const asio::ip::tcp::endpoint& peer);
  void release(const asio::ip::tcp::endpoint& peer);
  task<> serve(tcp_socket socket, asio::ip::tcp::endpoint peer);
  task<> sweep();

  loop& loop_;
  options options_;
  gate gate_;
  date_clock dates_;
  acceptor acceptor_;
  timer pause_;  // of accepting
  timer sweeper_;
  timer drained_;  // cancelled by whoever ends last
  std::unordered_set<session*> sessions_;
  std::map<asio::ip::address, std::size_t> by_address_;  // open connections; kept only when they are bounded
  std::size_t open_ = 0;                                 // connections, those included whose session has not begun
  bool accepting_ = false;
  bool stopping_ = false;
  bool closed_ = false;  // patience has ended
};

}  // namespace jury::http
