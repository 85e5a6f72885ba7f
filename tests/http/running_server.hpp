#pragma once
// A server on a free port of the loopback address, with its loop on a thread.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>
#include <utility>

#include "http/server.hpp"
#include "test_client.hpp"

namespace jury::http::test {

inline int listening_socket() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(descriptor, 1024) != 0) {
    throw std::runtime_error("no listening socket");
  }
  return descriptor;
}

inline std::uint16_t port_of(int descriptor) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// Limits with a sweep short enough for tests of timeouts.
inline limits quick(limits base = {}) {
  base.sweep = std::chrono::milliseconds(5);
  return base;
}

class running_server {
 public:
  explicit running_server(options settings) : server_(loop_, std::move(settings)), tasks_(loop_) {
    const int descriptor = listening_socket();
    port_ = port_of(descriptor);
    if (const auto listening = server_.listen(descriptor); !listening)
      throw std::runtime_error(listening.error().message);
    thread_ = std::thread([this] { loop_.run(); });
  }
  // The handler is a function of the request alone.
  explicit running_server(std::function<response(const request&)> answer, limits rules = quick())
      : running_server(options{.handler = [answer = std::move(answer)](request& r) { return ready(answer(r)); },
                               .limits = rules,
                               .on_response = {},
                               .on_error = {}}) {}
  ~running_server() {
    if (thread_.joinable()) drain(std::chrono::seconds(5));
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] client connect() const { return client(port_); }

  // Runs `work` on the loop's thread and waits for it.
  template <typename Function>
  auto on_loop(Function work) {
    std::packaged_task<decltype(work())()> packaged(std::move(work));
    auto done = packaged.get_future();
    asio::post(loop_.executor(), std::move(packaged));
    return done.get();
  }
  void stop() {
    on_loop([this] { server_.stop(); });
  }
  std::size_t connections() {
    return on_loop([this] { return server_.connections(); });
  }
  // Drains, then ends the loop and its thread.
  void drain(std::chrono::nanoseconds patience) {
    on_loop([this, patience] { tasks_.spawn(drain_and_stop(patience)); });
    thread_.join();
  }

  // True once `condition` holds; gives up after ten seconds.
  template <typename Condition>
  static bool eventually(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

 private:
  static task<response> ready(response answer) { co_return answer; }

  task<> drain_and_stop(std::chrono::nanoseconds patience) {
    co_await server_.drain(patience);
    loop_.stop();
  }

  loop loop_;
  http::server server_;
  gate tasks_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace jury::http::test
