// Accepting, stopping, draining.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "echo.hpp"
#include "running_server.hpp"

namespace jury::http::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

// A handler that waits until it is let go.
struct gated {
  std::atomic<int> inside = 0;
  std::atomic<bool> open = false;

  options settings(limits rules = quick()) {
    return {.handler = [this](request&) { return wait(); }, .limits = rules, .on_response = {}, .on_error = {}};
  }
  task<response> wait() {
    ++inside;
    while (!open) co_await sleep(1ms);
    --inside;
    co_return response{.body = "finished"};
  }
};

TEST(server, refuses_a_descriptor_that_does_not_listen) {
  loop owner;
  server unused(owner, {});
  EXPECT_FALSE(unused.listen(::socket(AF_INET, SOCK_STREAM, 0)));
  EXPECT_FALSE(unused.listen(::open("/dev/null", O_RDONLY)));
  EXPECT_FALSE(unused.listen(-1));
}

TEST(server, closes_what_one_address_opens_over_its_bound) {
  limits rules = quick();
  rules.connections_per_address = 2;
  running_server server(echo, rules);
  auto first = server.connect();
  {
    auto second = server.connect();
    EXPECT_EQ(first.ask(get).status, 200);
    EXPECT_EQ(second.ask(get).status, 200);
    EXPECT_TRUE(server.connect().ended());
  }
  ASSERT_TRUE(running_server::eventually([&] { return server.connections() == 1; }));
  EXPECT_EQ(server.connect().ask(get).status, 200);
}

TEST(server, takes_a_connection_that_no_other_process_takes) {
  std::atomic<std::size_t> asked = 0;
  std::atomic<std::size_t> counted = 0;
  running_server server({.handler = [](request&) -> task<response> { co_return response{.body = "ok"}; },
                         .limits = quick(),
                         .on_count = [&](std::size_t open) { counted = open; },
                         .leaves_next =
                             [&](std::size_t open) {
                               asked = open + 1;
                               return true;
                             },
                         .on_response = {},
                         .on_error = {}});
  auto first = server.connect();
  EXPECT_EQ(first.ask(get).status, 200);
  EXPECT_EQ(counted, 1U);
  EXPECT_EQ(server.connect().ask(get).status, 200);
  EXPECT_EQ(asked, 2U);
  EXPECT_TRUE(running_server::eventually([&] { return counted == 1U; }));
}

TEST(server, stops_idle_connections_and_accepts_no_more) {
  limits rules = quick();
  rules.idle_at_stop = 1ms;
  running_server server(echo, rules);
  auto silent = server.connect();
  auto kept_alive = server.connect();
  EXPECT_EQ(kept_alive.ask(get).status, 200);
  ASSERT_TRUE(running_server::eventually([&] { return server.connections() == 2; }));
  server.stop();
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(kept_alive.ended());
  EXPECT_TRUE(running_server::eventually([&] {
    try {
      const auto late = server.connect();
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  }));
}

TEST(server, answers_what_is_in_progress_and_says_close) {
  gated handler;
  running_server server(handler.settings());
  auto connection = server.connect();
  connection.send(get);
  ASSERT_TRUE(running_server::eventually([&] { return handler.inside == 1; }));
  server.stop();
  handler.open = true;
  const auto answer = connection.read();
  EXPECT_EQ(answer.body, "finished");
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_TRUE(connection.ended());
}

TEST(server, lets_a_request_that_is_arriving_finish) {
  running_server server(echo);
  auto connection = server.connect();
  connection.send(get.substr(0, 10));
  ASSERT_TRUE(running_server::eventually([&] { return server.connections() == 1; }));
  EXPECT_EQ(server.connect().ask(get).status, 200);  // by now the loop has seen the first bytes
  server.stop();
  const auto answer = connection.ask(get.substr(10));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Connection"), "close");
}

TEST(server, does_not_cut_a_response_that_is_being_sent) {
  running_server server([](const request&) { return response{.body = std::string(20'000'000, 'x')}; });
  client slow(server.port(), 4096);
  slow.send(get);
  ASSERT_TRUE(running_server::eventually([&] { return !slow.quiet(); }));
  server.stop();
  EXPECT_EQ(slow.read().body.size(), 20'000'000U);
}

TEST(server, answers_the_request_that_crosses_its_stop) {
  limits rules = quick();
  rules.idle_at_stop = 1h;
  running_server server(echo, rules);
  auto connection = server.connect();
  EXPECT_EQ(connection.ask(get).status, 200);
  server.stop();
  const auto answer = connection.ask(get);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Connection"), "close");
}

TEST(server, reads_nothing_while_an_answer_is_pending) {
  gated handler;
  running_server server(handler.settings());
  auto connection = server.connect();
  connection.send(get);
  ASSERT_TRUE(running_server::eventually([&] { return handler.inside == 1; }));
  // Once the kernels' buffers are full nothing more fits, however often the loop turns.
  const std::string flood(64 * 1024, 'x');
  const auto full = [&] {
    for (int turns = 0; turns < 100; ++turns) {
      if (connection.send_now(flood)) return false;
      server.connections();
    }
    return true;
  };
  EXPECT_TRUE(running_server::eventually(full));
  handler.open = true;
  EXPECT_EQ(connection.read().body, "finished");
}

TEST(server, drains_when_the_last_handler_has_finished) {
  gated handler;
  limits rules = quick();
  rules.linger = 1ms;
  running_server server(handler.settings(rules));
  auto connection = server.connect();
  connection.send(get);
  ASSERT_TRUE(running_server::eventually([&] { return handler.inside == 1; }));
  std::thread draining([&] { server.drain(1h); });
  EXPECT_EQ(handler.inside, 1);
  handler.open = true;
  draining.join();
  EXPECT_EQ(connection.read().body, "finished");
}

TEST(server, drains_within_its_patience_and_never_kills_a_handler) {
  gated handler;
  running_server server(handler.settings());
  auto working = server.connect();
  working.send(get);
  auto arriving = server.connect();
  arriving.send("GET / HT");
  ASSERT_TRUE(running_server::eventually([&] { return handler.inside == 1 && server.connections() == 2; }));
  std::thread draining([&] { server.drain(20ms); });
  EXPECT_TRUE(arriving.ended());
  EXPECT_EQ(handler.inside, 1);
  handler.open = true;
  draining.join();
  EXPECT_EQ(handler.inside, 0);
}

TEST(server, accepts_no_more_than_its_connections) {
  limits rules = quick();
  rules.connections = 2;
  running_server server(echo, rules);
  auto first = server.connect();
  auto second = server.connect();
  EXPECT_EQ(first.ask(get).status, 200);
  EXPECT_EQ(second.ask(get).status, 200);
  auto third = server.connect();  // in the kernel's queue
  third.send(get);
  EXPECT_EQ(first.ask(get).status, 200);
  EXPECT_TRUE(third.quiet());
  EXPECT_EQ(server.connections(), 2U);
  first.reset();
  EXPECT_EQ(third.read().status, 200);
}

// Leaves the process without a descriptor, after `connect` has taken the last one.
class descriptor_shortage {
 public:
  explicit descriptor_shortage(std::uint16_t port) {
    // UBSan looks at a new vtable through a pipe, for which there will be no descriptors: let it see this one now.
    EXPECT_EQ(system_error("accept", EMFILE).message, "accept: Too many open files");
    ::getrlimit(RLIMIT_NOFILE, &usual_);
    const rlimit low{.rlim_cur = 64, .rlim_max = usual_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
    for (int descriptor = ::dup(0); descriptor >= 0; descriptor = ::dup(0)) hoard_.push_back(descriptor);
    ::close(hoard_.back());
    hoard_.pop_back();
    starved_.emplace(port);
    starved_->send(get);
  }
  ~descriptor_shortage() { end(); }

  // A client whose connection the server can't accept.
  client& starved() { return *starved_; }

  void end() {
    for (const int descriptor : std::exchange(hoard_, {})) ::close(descriptor);
    ::setrlimit(RLIMIT_NOFILE, &usual_);
  }

 private:
  rlimit usual_{};
  std::vector<int> hoard_;
  std::optional<client> starved_;
};

options counting_errors(std::atomic<int>& errors, std::chrono::nanoseconds accept_pause) {
  limits rules = quick();
  rules.accept_pause = accept_pause;
  return {.handler = [](request& r) -> task<response> { co_return echo(r); },
          .limits = rules,
          .on_response = {},
          .on_error =
              [&errors](std::string_view what) {
                EXPECT_EQ(what, "accept: Too many open files");
                ++errors;
              }};
}

TEST(server, accepts_again_when_there_are_descriptors_again) {
  std::atomic<int> errors = 0;
  running_server server(counting_errors(errors, 5ms));
  auto before = server.connect();
  EXPECT_EQ(before.ask(get).status, 200);
  descriptor_shortage shortage(server.port());
  EXPECT_TRUE(running_server::eventually([&] { return errors == 1; }));
  EXPECT_EQ(before.ask(get).status, 200);
  EXPECT_TRUE(shortage.starved().quiet());
  shortage.end();
  EXPECT_EQ(shortage.starved().read().status, 200);
  EXPECT_EQ(errors, 1);
}

TEST(server, pauses_when_descriptors_run_out) {
  std::atomic<int> errors = 0;
  running_server server(counting_errors(errors, 1h));
  auto before = server.connect();
  EXPECT_EQ(before.ask(get).status, 200);
  descriptor_shortage shortage(server.port());
  EXPECT_TRUE(running_server::eventually([&] { return errors == 1; }));
  shortage.end();
  for (int turns = 0; turns < 100; ++turns) EXPECT_EQ(before.ask(get).status, 200);
  EXPECT_TRUE(shortage.starved().quiet());  // and stopping, below, does not wait an hour
}

TEST(server, serves_many_connections_at_once) {
  running_server server(echo);
  std::vector<client> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(server.connect());
  for (auto& connection : clients) connection.send(get);
  for (auto& connection : clients) EXPECT_EQ(connection.read().body, "GET /a");
  EXPECT_EQ(server.connections(), 200U);
}

}  // namespace
}  // namespace jury::http::test
