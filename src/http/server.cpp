#include "http/server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <exception>
#include <memory>
#include <utility>

#include "base/clock.hpp"

namespace jury::http {

using boost::system::error_code;

server::server(loop& owner, options settings)
    : loop_(owner),
      options_(std::move(settings)),
      gate_(owner),
      acceptor_(owner.executor()),
      pause_(owner.executor()),
      sweeper_(owner.executor()),
      drained_(owner.executor()) {}

result<void> server::listen(int descriptor) {
  int listens = 0;
  int family = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 ||
      ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0) {
    const int number = errno;
    ::close(descriptor);
    return std::unexpected(system_error("listening descriptor", number));
  }
  if (listens == 0 || (family != AF_INET && family != AF_INET6)) {
    ::close(descriptor);
    return fail("listening descriptor: expected a listening TCP socket");
  }
  error_code error;
  acceptor_.assign(family == AF_INET ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), descriptor, error);
  if (error) {
    ::close(descriptor);
    return std::unexpected(system_error("listening descriptor", error.value()));
  }
  // Accepted sockets inherit it.
  acceptor_.set_option(asio::ip::tcp::no_delay(true), error);
  acceptor_.non_blocking(true, error);
  accepting_ = true;
  gate_.spawn(accept());
  gate_.spawn(sweep());
  return {};
}

task<> server::accept() {
  bool failing = false;
  while (!stopping_) {
    error_code error;
    if (open_ >= options_.limits.connections) {
      pause_.expires_at(timer::time_point::max());
      co_await pause_.async_wait(asio::redirect_error(use_task, error));
      continue;
    }
    co_await acceptor_.async_wait(acceptor::wait_read, asio::redirect_error(use_task, error));
    if (!error) co_await leave_next();
    if (stopping_) break;
    asio::ip::tcp::endpoint peer;
    tcp_socket socket(loop_.executor());
    if (!error) acceptor_.accept(socket, peer, error);
    if (error == asio::error::would_block || error == asio::error::connection_aborted) continue;
    if (!error) socket.non_blocking(true, error);
    const std::size_t most = options_.limits.connections_per_address;
    if (!error && most != 0 && by_address_[peer.address()] >= most) {
      socket.close(error);
      co_await loop_.turn_end();
      continue;
    }
    if (!error) {
      failing = false;
      admit(std::move(socket), peer);
      co_await loop_.turn_end();
    } else {
      // Out of descriptors or memory: the connection stays in the queue, and asking again at once would spin.
      if (!std::exchange(failing, true) && options_.on_error)
        options_.on_error(system_error("accept", error.value()).message);
      pause_.expires_after(options_.limits.accept_pause);
      co_await pause_.async_wait(asio::redirect_error(use_task, error));
    }
  }
  error_code ignored;
  acceptor_.close(ignored);
  accepting_ = false;
  if (open_ == 0) drained_.cancel();
}

// Gives other processes time to take the connection that waits.
task<> server::leave_next() {
  for (int tries = 0; tries < 5 && !stopping_ && options_.leaves_next && options_.leaves_next(open_); ++tries) {
    error_code ignored;
    pause_.expires_after(std::chrono::milliseconds(1));
    co_await pause_.async_wait(asio::redirect_error(use_task, ignored));
  }
}

void server::admit(tcp_socket socket, const asio::ip::tcp::endpoint& peer) {
  ++open_;
  if (options_.on_count) options_.on_count(open_);
  try {
    if (options_.limits.connections_per_address != 0) ++by_address_[peer.address()];
    gate_.spawn(serve(std::move(socket), peer));
  } catch (const std::exception& e) {  // out of memory: this connection is lost, the next may not be
    release(peer);
    if (options_.on_error) options_.on_error(e.what());
  }
}

void server::release(const asio::ip::tcp::endpoint& peer) {
  if (const auto address = by_address_.find(peer.address()); address != by_address_.end() && --address->second == 0) {
    by_address_.erase(address);
  }
  if (open_-- == options_.limits.connections) pause_.cancel();
  if (options_.on_count) options_.on_count(open_);
  if (open_ == 0 && !accepting_) drained_.cancel();
}

task<> server::serve(tcp_socket socket, asio::ip::tcp::endpoint peer) {
  std::exception_ptr failure;
  try {
    session connection(options_, dates_, std::move(socket), peer);
    sessions_.insert(&connection);
    const auto forget = [&](session* gone) { sessions_.erase(gone); };
    const std::unique_ptr<session, decltype(forget)> listed(&connection, forget);
    if (stopping_) connection.stop(steady_nanoseconds());
    if (closed_) connection.abort();
    co_await connection.run();
  } catch (...) {
    failure = std::current_exception();
  }
  release(peer);
  if (failure) std::rethrow_exception(failure);  // to the gate, which logs it
}

// One timer for all connections: a deadline costs a request an assignment.
task<> server::sweep() {
  while (!closed_) {
    error_code error;
    sweeper_.expires_after(options_.limits.sweep);
    co_await sweeper_.async_wait(asio::redirect_error(use_task, error));
    const auto now = steady_nanoseconds();
    for (auto* connection : sessions_) connection->expire(now);
  }
}

void server::stop() {
  if (std::exchange(stopping_, true)) return;
  error_code ignored;
  acceptor_.cancel(ignored);
  pause_.cancel();
  for (auto* connection : sessions_) connection->stop(steady_nanoseconds());
}

task<> server::drain(std::chrono::nanoseconds patience) {
  stop();
  if (accepting_ || open_ > 0) {
    error_code ignored;
    drained_.expires_after(patience);
    co_await drained_.async_wait(asio::redirect_error(use_task, ignored));
  }
  closed_ = true;
  for (auto* connection : sessions_) connection->abort();
  sweeper_.cancel();
  co_await gate_.close();
}

}  // namespace jury::http
