// The least that a server on this machine can cost: one thread, epoll, no framework. It reads a request with a JSON
// body, reads the numbers in it and writes one constant answer of the decision service's size. What Jury costs above
// these figures is Jury's own.
//
//     epoll_responder --port 8081 & build/bench/load --port 8081 --seconds 5 --bodies bodies.jsonl
//
// It knows HTTP/1.1 with keep-alive, pipelining and Content-Length, and no more: no chunked bodies, no Connection
// header. On SIGTERM or SIGINT it prints one line of JSON: requests, numbers read, and its processor time.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "arguments.hpp"

namespace {

constexpr std::size_t largest_request = 1 << 20;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

int checked(int result, const char* what) {
  if (result < 0) fail(what);
  return result;
}

// The length that a head announces, 0 without the header, nothing when it is malformed or too large.
std::optional<std::size_t> content_length(std::string_view head) {
  constexpr std::string_view name = "content-length:";
  for (std::size_t line = head.find("\r\n"); line != std::string_view::npos; line = head.find("\r\n", line)) {
    line += 2;
    auto rest = head.substr(line);
    if (rest.size() < name.size() || strncasecmp(rest.data(), name.data(), name.size()) != 0) continue;
    rest.remove_prefix(name.size());
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    std::size_t length = 0;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
    bool ends_the_line = std::string_view(end, rest.data() + rest.size()).starts_with("\r\n");
    if (error != std::errc{} || !ends_the_line || length > largest_request) return std::nullopt;
    return length;
  }
  return 0;
}

struct statistics {
  std::uint64_t requests = 0;
  std::uint64_t numbers = 0;
  double sum = 0;  // printed, so that the compiler may not drop the conversions

  // Counts and adds every `"key": number` of a JSON object.
  void read_numbers(std::string_view json) {
    const char* end = json.data() + json.size();
    for (auto colon = json.find(':'); colon != std::string_view::npos; colon = json.find(':', colon + 1)) {
      const char* first = json.data() + colon + 1;
      while (first != end && *first == ' ') ++first;
      double number = 0;
      if (std::from_chars(first, end, number).ec != std::errc{}) continue;
      ++numbers;
      sum += number;
    }
  }
};

// The constant answer; only its date changes, once a second.
class answer {
 public:
  std::string_view text(std::time_t now) {
    if (now != made_) make(now);
    return text_;
  }

 private:
  void make(std::time_t now) {
    constexpr std::string_view body =
        R"({"decision_id":"01890a5d-ac96-774b-bcce-b302099a8057","decision":"good","score":0.8175744,)"
        R"("model":{"name":"baseline","version":"1"},"cached":false})";
    std::array<char, 64> date{};
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::size_t size = std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    text_ = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\nDate: " + std::string(date.data(), size) + "\r\n\r\n" + std::string(body);
    made_ = now;
  }

  std::time_t made_ = -1;
  std::string text_;
};

struct connection {
  explicit connection(int accepted) : socket(accepted) {}

  int socket;
  std::string input;   // the beginning of a request whose end has not come
  std::string output;  // what the socket would not take; empty but for slow readers
  std::uint32_t watched = EPOLLIN;
};

class server {
 public:
  explicit server(std::uint16_t port) : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
    listener_ = checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof address;
    checked(bind(listener_, reinterpret_cast<const sockaddr*>(&address), size), "bind");
    checked(listen(listener_, SOMAXCONN), "listen");
    checked(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    std::fprintf(stderr, "epoll_responder listens on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    signals_ = checked(signalfd(-1, &signals, SFD_CLOEXEC), "signalfd");
    watch(EPOLL_CTL_ADD, signals_, EPOLLIN);
  }

  // Serves until SIGTERM or SIGINT.
  void run() {
    std::array<epoll_event, 256> events;
    while (true) {
      int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR) fail("epoll_wait");
      for (const auto& event : std::span(events).first(static_cast<std::size_t>(std::max(count, 0)))) {
        if (event.data.fd == signals_) return;
        if (event.data.fd == listener_) {
          accept_all();
        } else {
          serve(*connections_[static_cast<std::size_t>(event.data.fd)]);
        }
      }
    }
  }

  void report() const {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto seconds = [](timeval time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    double user = seconds(usage.ru_utime);
    double system = seconds(usage.ru_stime);
    double each = statistics_.requests ? 1e6 / static_cast<double>(statistics_.requests) : 0;
    std::printf(R"({"requests":%llu,"numbers":%llu,"sum":%.17g,"user_seconds":%.6f,"system_seconds":%.6f,)"
                R"("user_us_per_request":%.3f,"system_us_per_request":%.3f})"
                "\n",
                static_cast<unsigned long long>(statistics_.requests),
                static_cast<unsigned long long>(statistics_.numbers), statistics_.sum, user, system, user * each,
                system * each);
  }

 private:
  void watch(int operation, int descriptor, std::uint32_t events) {
    epoll_event event{.events = events, .data = {.fd = descriptor}};
    checked(epoll_ctl(epoll_, operation, descriptor, &event), "epoll_ctl");
  }

  void accept_all() {
    while (true) {
      int accepted = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (accepted < 0) return;
      int on = 1;
      setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      auto index = static_cast<std::size_t>(accepted);
      if (connections_.size() <= index) connections_.resize(index + 1);
      connections_[index] = std::make_unique<connection>(accepted);
      watch(EPOLL_CTL_ADD, accepted, EPOLLIN);
    }
  }

  void serve(connection& peer) {
    if (!(peer.output.empty() ? read(peer) : flush(peer))) {
      close(peer.socket);
      connections_[static_cast<std::size_t>(peer.socket)].reset();
    }
  }

  // False when the connection is to be closed; so with `answer_requests` and `flush`.
  bool read(connection& peer) {
    ssize_t received = recv(peer.socket, buffer_.data(), buffer_.size(), 0);
    if (received <= 0) return received < 0 && (errno == EAGAIN || errno == EINTR);
    std::string_view arrived(buffer_.data(), static_cast<std::size_t>(received));
    if (peer.input.empty()) return answer_requests(peer, arrived);
    auto earlier = std::exchange(peer.input, {});
    return answer_requests(peer, earlier.append(arrived));
  }

  bool answer_requests(connection& peer, std::string_view input) {
    while (!input.empty()) {
      auto head = input.find("\r\n\r\n");
      if (head == std::string_view::npos) break;
      head += 4;
      auto length = content_length(input.substr(0, head));
      if (!length) return false;
      if (input.size() < head + *length) break;
      statistics_.read_numbers(input.substr(head, *length));
      ++statistics_.requests;
      input.remove_prefix(head + *length);
      peer.output += answer_.text(std::time(nullptr));
    }
    if (input.size() > 2 * largest_request) return false;
    peer.input = input;
    return peer.output.empty() || flush(peer);
  }

  bool flush(connection& peer) {
    ssize_t sent = send(peer.socket, peer.output.data(), peer.output.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    peer.output.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    // A reader that takes no answers is read no further.
    std::uint32_t wanted = peer.output.empty() ? EPOLLIN : EPOLLOUT;
    if (wanted != peer.watched) watch(EPOLL_CTL_MOD, peer.socket, peer.watched = wanted);
    return true;
  }

  int epoll_;
  int listener_ = -1;
  int signals_ = -1;
  std::array<char, 1 << 16> buffer_;
  std::vector<std::unique_ptr<connection>> connections_;  // by descriptor
  answer answer_;
  statistics statistics_;
};

}  // namespace

int main(int argc, char** argv) try {
  bench::arguments arguments{argc, argv};
  auto port = arguments.number<std::uint16_t>("--port");
  arguments.finish();
  if (!port) throw bench::usage_error("expected --port P (0 takes a free one)");
  server server{*port};
  server.run();
  server.report();
} catch (const bench::usage_error& error) {
  std::fprintf(stderr, "epoll_responder: %s\nusage: epoll_responder --port P\n", error.what());
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "epoll_responder: %s\n", error.what());
  return 1;
}
