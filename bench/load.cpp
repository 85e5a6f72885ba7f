// Sends requests to a server of this machine and checks that each gets its answer: a load generator, and the client of
// the tests that kill things. One thread, epoll, keep-alive, one request at a time on a connection.
//
//     load --port P (--seconds S | --requests N) [--connections 32] [--path /decisions] [--rate R] [--bodies FILE]
//          [--shuffle-seed N] [--header "K: V"]... [--answers FILE] [--reconnect]
//
// Request number n (from 0) carries `X-Correlation-ID: load-<pid>-<n>` and line n, modulo the number of lines, of
// --bodies; without --bodies it is a GET. A request whose connection was refused or broken, whose answer was malformed
// or took 10 s, has an *unknown* outcome: the server may have acted on it. --answers appends a line for each request as
// its outcome comes: `status<TAB>body` or `unknown<TAB>load-<pid>-<n>`.
//
// Without --rate each connection sends as soon as it has its answer, and latency counts from then. With --rate requests
// fall due at a steady pace and latency counts from that moment, so that a server that stalls cannot hide it; those
// still waiting for a connection at the end are reported as `unsent`.
//
// A lost connection is given up, and the run fails when none is left; with --reconnect it is opened again, after 10 ms
// at first and at most 500 ms. SIGTERM or SIGINT ends a run early, with its report. Prints one line of JSON; the status
// is 0 unless nothing was answered or all connections were lost.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <exception>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "histogram.hpp"
#include "http_answer.hpp"
#include "load_options.hpp"

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr nanoseconds answer_timeout = 10s;
constexpr nanoseconds first_back_off = 10ms;
constexpr nanoseconds longest_back_off = 500ms;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

struct connection {
  enum class state { closed, idle, connecting, busy };

  state now = state::closed;
  int socket = -1;
  bool blocked = false;  // waits for room to send
  std::uint64_t number = 0;
  clock::time_point begun;   // when its request was taken up
  clock::time_point counts;  // when its latency starts
  clock::time_point rests_until;
  nanoseconds back_off = first_back_off;
  std::string output;
  std::string input;
};

class generator {
 public:
  explicit generator(bench::load_options chosen)
      : options_(std::move(chosen)), connections_(options_.connections), alive_(options_.connections) {
    epoll_ = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    for (auto& each : connections_) free_.push_back(&each);
    head_ = (options_.bodies.empty() ? "GET " : "POST ") + options_.path +
            " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) + "\r\n";
    if (!options_.bodies.empty()) head_ += "Content-Type: application/json\r\n";
    for (const auto& header : options_.headers) head_ += header + "\r\n";
    id_prefix_ = "load-" + std::to_string(getpid()) + "-";
    if (options_.answers) {
      answers_.open(*options_.answers, std::ios::app | std::ios::binary);
      if (!answers_) throw std::runtime_error("cannot append to " + *options_.answers);
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    signals_ = checked(signalfd(-1, &signals, SFD_CLOEXEC), "signalfd");
    watch(EPOLL_CTL_ADD, signals_, EPOLLIN, nullptr);
    prctl(PR_SET_TIMERSLACK, 1UL);  // else the kernel wakes an open-loop run 50 us late
  }

  // Returns the exit status.
  int run() {
    start_ = last_answer_ = clock::now();
    std::array<epoll_event, 256> events;
    while (true) {
      dispatch();
      if (in_flight_ == 0 && (alive_ == 0 || !may_send(clock::now()))) break;
      auto wait = time_to_wait();
      timespec timeout{.tv_sec = wait / 1s, .tv_nsec = (wait % 1s).count()};
      int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
      if (count < 0 && errno != EINTR) checked(count, "epoll_pwait2");
      for (const auto& event : std::span(events).first(static_cast<std::size_t>(std::max(count, 0)))) {
        if (event.data.ptr == nullptr) {
          signalfd_siginfo taken;
          if (read(signals_, &taken, sizeof taken) > 0) stopped_ = clock::now();
        } else {
          advance(*static_cast<connection*>(event.data.ptr));
        }
      }
      give_up_on_the_late();
    }
    report();
    if (alive_ == 0) std::fprintf(stderr, "load: all connections were lost\n");
    return alive_ > 0 && !answered_.empty() ? 0 : 1;
  }

 private:
  void watch(int operation, int descriptor, std::uint32_t events, connection* peer) {
    epoll_event event{.events = events, .data = {.ptr = peer}};
    checked(epoll_ctl(epoll_, operation, descriptor, &event), "epoll_ctl");
  }

  clock::time_point end_of_sending() const {
    if (stopped_) return *stopped_;
    if (!options_.seconds) return clock::time_point::max();
    return start_ + nanoseconds(static_cast<std::int64_t>(*options_.seconds * 1e9));
  }

  bool may_send(clock::time_point now) const {
    return now < end_of_sending() && (!options_.requests || sent_ < *options_.requests);
  }

  // When request number n falls due; without --rate it always is.
  clock::time_point due(std::uint64_t number) const {
    if (!options_.rate) return start_;
    return start_ + nanoseconds(static_cast<std::int64_t>(static_cast<double>(number) / *options_.rate * 1e9));
  }

  // Gives every request that is due to a free connection, while there is one.
  void dispatch() {
    auto now = clock::now();
    std::erase_if(resting_, [&](connection* peer) {
      if (peer->rests_until > now) return false;
      free_.push_back(peer);
      return true;
    });
    while (!free_.empty() && may_send(now) && due(sent_) <= now) {
      auto& peer = *free_.front();
      free_.pop_front();
      begin(peer, now);
      now = clock::now();
    }
  }

  nanoseconds time_to_wait() const {
    auto now = clock::now();
    auto until = std::min(now + 100ms, end_of_sending());  // to notice timeouts
    if (may_send(now)) {
      if (!free_.empty()) until = std::min(until, due(sent_));
      for (const auto* peer : resting_) until = std::min(until, peer->rests_until);
    } else {
      until = now + 100ms;
    }
    return std::max<nanoseconds>(until - now, 0ns);
  }

  void begin(connection& peer, clock::time_point now) {
    peer.number = sent_++;
    ++in_flight_;
    peer.begun = now;
    peer.counts = options_.rate ? due(peer.number) : now;
    peer.output = head_ + "X-Correlation-ID: " + id_prefix_ + std::to_string(peer.number);
    if (options_.bodies.empty()) {
      peer.output += "\r\n\r\n";
    } else {
      const auto& body = options_.bodies[peer.number % options_.bodies.size()];
      peer.output += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    if (peer.now == connection::state::closed) {
      open(peer);
    } else {
      peer.now = connection::state::busy;
      send_output(peer);
    }
  }

  void open(connection& peer) {
    peer.socket = checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    int on = 1;
    setsockopt(peer.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer.now = connection::state::connecting;
    peer.blocked = true;
    watch(EPOLL_CTL_ADD, peer.socket, EPOLLIN | EPOLLOUT, &peer);
    int result = connect(peer.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (result < 0 && errno != EINPROGRESS) lose(peer);
  }

  void advance(connection& peer) {
    if (peer.now == connection::state::connecting) {
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(peer.socket, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) return lose(peer);
      peer.now = connection::state::busy;
      if (!options_.rate) peer.counts = clock::now();
      send_output(peer);
    } else if (peer.now != connection::state::closed) {
      receive(peer);
      if (peer.now == connection::state::busy && peer.blocked) send_output(peer);
    }
  }

  void send_output(connection& peer) {
    ssize_t sent = send(peer.socket, peer.output.data(), peer.output.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return lose(peer);
    peer.output.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    if (bool blocked = !peer.output.empty(); blocked != peer.blocked) {
      peer.blocked = blocked;
      watch(EPOLL_CTL_MOD, peer.socket, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN, &peer);
    }
  }

  void receive(connection& peer) {
    ssize_t received = recv(peer.socket, buffer_.data(), buffer_.size(), 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (received <= 0) return lose(peer);
    peer.input.append(buffer_.data(), static_cast<std::size_t>(received));
    try {
      if (peer.now != connection::state::busy) throw std::runtime_error("bytes that answer no request");
      auto complete = bench::parse_answer(peer.input);
      if (!complete) return;
      if (!complete->correlation_id.empty() && complete->correlation_id != id_prefix_ + std::to_string(peer.number)) {
        throw std::runtime_error("the answer to another request, " + std::string(complete->correlation_id));
      }
      if (complete->size != peer.input.size()) throw std::runtime_error("bytes after the end of an answer");
      finish(peer, *complete);
    } catch (const std::runtime_error& error) {
      std::fprintf(stderr, "load: %s%llu: %s\n", id_prefix_.c_str(), static_cast<unsigned long long>(peer.number),
                   error.what());
      lose(peer);
    }
  }

  void finish(connection& peer, const bench::answer& complete) {
    last_answer_ = clock::now();
    latencies_.add(last_answer_ - peer.counts);
    ++answered_[complete.status];
    --in_flight_;
    if (answers_.is_open()) {
      std::string body(complete.body);
      std::ranges::replace_if(body, [](char c) { return c == '\n' || c == '\r'; }, ' ');
      answers_ << complete.status << '\t' << body << '\n';
    }
    peer.back_off = first_back_off;
    peer.input.clear();
    peer.now = connection::state::idle;
    if (complete.close) close_socket(peer);
    free_.push_back(&peer);
  }

  void close_socket(connection& peer) {
    close(peer.socket);
    peer.now = connection::state::closed;
    peer.blocked = false;
    peer.input.clear();
  }

  // The connection is gone, and with it the outcome of its request, if it had one.
  void lose(connection& peer) {
    if (peer.now == connection::state::idle) {
      std::erase(free_, &peer);
    } else {
      ++unknown_;
      --in_flight_;
      if (answers_.is_open()) answers_ << "unknown\t" << id_prefix_ << peer.number << '\n';
    }
    close_socket(peer);
    if (!options_.reconnect) {
      --alive_;
      return;
    }
    peer.rests_until = clock::now() + peer.back_off;
    peer.back_off = std::min(2 * peer.back_off, longest_back_off);
    resting_.push_back(&peer);
  }

  void give_up_on_the_late() {
    auto now = clock::now();
    if (now < next_check_) return;
    next_check_ = now + 100ms;
    for (auto& peer : connections_) {
      bool waits = peer.now == connection::state::busy || peer.now == connection::state::connecting;
      if (waits && now - peer.begun > answer_timeout) lose(peer);
    }
  }

  void report() {
    double seconds = std::chrono::duration<double>(last_answer_ - start_).count();
    std::uint64_t total = 0;
    std::string statuses;
    for (auto [status, count] : answered_) {
      total += count;
      statuses += (statuses.empty() ? "\"" : ",\"") + std::to_string(status) + "\":" + std::to_string(count);
    }
    std::string unsent;
    if (options_.rate) {
      auto end = std::min(end_of_sending(), clock::now());
      auto fell_due = static_cast<std::uint64_t>(std::chrono::duration<double>(end - start_).count() * *options_.rate);
      if (options_.requests) fell_due = std::min(fell_due, *options_.requests);
      unsent = ",\"unsent\":" + std::to_string(fell_due - std::min(fell_due, sent_));
    }
    std::printf(R"({"requests":%llu,"answered":{%s},"unknown":%llu%s,"seconds":%.3f,"per_second":%.1f,)"
                R"("p50_us":%.1f,"p90_us":%.1f,"p99_us":%.1f,"max_us":%.1f})"
                "\n",
                static_cast<unsigned long long>(sent_), statuses.c_str(), static_cast<unsigned long long>(unknown_),
                unsent.c_str(), seconds, seconds > 0 ? static_cast<double>(total) / seconds : 0,
                latencies_.quantile(0.5), latencies_.quantile(0.9), latencies_.quantile(0.99), latencies_.max());
    if (answers_.is_open() && !answers_.flush()) throw std::runtime_error("cannot write " + *options_.answers);
  }

  bench::load_options options_;
  std::vector<connection> connections_;
  std::size_t alive_;                 // not given up
  std::deque<connection*> free_;      // idle, or closed and may be opened
  std::vector<connection*> resting_;  // lost, until their back-off has passed
  int epoll_ = -1;
  int signals_ = -1;
  std::string head_;
  std::string id_prefix_;
  std::ofstream answers_;
  std::array<char, 1 << 16> buffer_;
  clock::time_point start_;
  clock::time_point last_answer_;
  clock::time_point next_check_;
  std::optional<clock::time_point> stopped_;
  std::uint64_t sent_ = 0;
  std::uint64_t in_flight_ = 0;
  std::uint64_t unknown_ = 0;
  std::map<int, std::uint64_t> answered_;
  bench::histogram latencies_;
};

}  // namespace

int main(int argc, char** argv) try {
  generator generator{bench::parse_load_options({argc, argv})};
  return generator.run();
} catch (const bench::usage_error& error) {
  std::fprintf(stderr, "load: %s\nthe options are described at the top of bench/load.cpp\n", error.what());
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "load: %s\n", error.what());
  return 1;
}
