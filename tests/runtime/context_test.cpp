// The current context after every kind of resume, while other tasks with other contexts run in between.

#include "runtime/context.hpp"

#include <gtest/gtest.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "support/run.hpp"

namespace jury {
namespace {

const context_variable<std::string> name;

std::string current_name() { return name.get() != nullptr ? *name.get() : "none"; }

class contexts : public testing::Test {
 protected:
  // Runs `body` as two tasks with different names at the same time; each must see its own after every step.
  template <typename Body>
  void run_twice(Body body) {
    machine_.run([](test::machine& machine, Body each) -> task<> {
      gate tasks(machine.events);
      for (const char* own : {"first", "second"}) {
        name.set(own);
        tasks.spawn(each(own));
      }
      name.set("parent");
      co_await tasks.close();
      EXPECT_EQ(current_name(), "parent");
    }(machine_, body));
  }
  test::machine machine_;
};

TEST_F(contexts, survives_a_timer_and_a_post) {
  run_twice([](std::string own) -> task<> {
    for (int i = 0; i < 5; ++i) {
      co_await sleep(std::chrono::microseconds(10));
      EXPECT_EQ(current_name(), own);
      co_await asio::post(loop::current()->executor(), use_task);
      EXPECT_EQ(current_name(), own);
    }
  });
}

TEST_F(contexts, survives_the_end_of_a_turn) {
  run_twice([](std::string own) -> task<> {
    co_await loop::current()->turn_end();
    EXPECT_EQ(current_name(), own);
  });
}

TEST_F(contexts, reaches_a_pool_as_a_copy_and_comes_back_unchanged) {
  run_twice([](std::string own) -> task<> {
    const auto seen = co_await run_in_threadpool([] {
      auto inherited = current_name();
      name.set("changed in the pool");
      return inherited;
    });
    EXPECT_EQ(seen, own);
    EXPECT_EQ(current_name(), own);
  });
}

TEST_F(contexts, reaches_the_cpu_pool) {
  run_twice([](std::string own) -> task<> {
    EXPECT_EQ(co_await on_cpu(current_name), own);
    EXPECT_EQ(current_name(), own);
  });
}

TEST_F(contexts, survives_a_full_pool) {
  run_twice([](std::string own) -> task<> {
    thread_pool closed({.name = "closed", .threads = 1, .queue = 0});
    try {
      co_await run_in(closed, [] {});
      ADD_FAILURE() << "nothing was thrown";
    } catch (const pool_full&) {
      EXPECT_EQ(current_name(), own);
    }
    co_await sleep(std::chrono::microseconds(1));
    EXPECT_EQ(current_name(), own);
  });
}

TEST_F(contexts, survives_an_exception) {
  run_twice([](std::string own) -> task<> {
    try {
      co_await run_in_threadpool([] { throw std::runtime_error("from the pool"); });
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::runtime_error&) {
      EXPECT_EQ(current_name(), own);
    }
  });
}

task<> nested(std::string own, int depth) {
  if (depth > 0) co_await nested(own, depth - 1);
  co_await sleep(std::chrono::microseconds(1));
  EXPECT_EQ(current_name(), own);
}
TEST_F(contexts, is_shared_down_a_chain_of_awaits) {
  run_twice([](std::string own) -> task<> { co_await nested(own, 10); });
}

TEST_F(contexts, survives_two_tasks_awaited_at_once) {
  using namespace asio::experimental::awaitable_operators;
  run_twice([](std::string own) -> task<> {
    co_await (nested(own, 2) && nested(own, 3));
    EXPECT_EQ(current_name(), own);
  });
}

task<> waits_until_cancelled(std::string own, bool* cancelled) {
  try {
    co_await sleep(std::chrono::hours(1));
  } catch (const boost::system::system_error& e) {
    EXPECT_EQ(e.code(), asio::error::operation_aborted);
    EXPECT_EQ(current_name(), own);
    *cancelled = true;
    throw;
  }
}
TEST_F(contexts, survives_the_cancellation_of_the_slower_of_two_tasks) {
  using namespace asio::experimental::awaitable_operators;
  run_twice([](std::string own) -> task<> {
    bool cancelled = false;
    co_await (nested(own, 2) || waits_until_cancelled(own, &cancelled));
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(current_name(), own);
  });
}

TEST_F(contexts, survives_an_error_that_is_redirected) {
  run_twice([](std::string own) -> task<> {
    asio::steady_timer timer(loop::current()->executor(), std::chrono::hours(1));
    asio::post(loop::current()->executor(), [&timer] { timer.cancel(); });
    boost::system::error_code error;
    co_await timer.async_wait(asio::redirect_error(use_task, error));
    EXPECT_EQ(error, asio::error::operation_aborted);
    EXPECT_EQ(current_name(), own);
  });
}

TEST_F(contexts, survives_socket_operations) {
  run_twice([](std::string own) -> task<> {
    using tcp = asio::ip::tcp;
    auto& io = loop::current()->io();
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    tcp::socket client(io);
    co_await client.async_connect(acceptor.local_endpoint(), use_task);
    EXPECT_EQ(current_name(), own);
    tcp::socket server = co_await acceptor.async_accept(use_task);
    EXPECT_EQ(current_name(), own);
    co_await asio::async_write(client, asio::buffer("ping", 4), use_task);
    EXPECT_EQ(current_name(), own);
    char text[4];
    co_await server.async_read_some(asio::buffer(text), use_task);
    EXPECT_EQ(current_name(), own);
  });
}

TEST_F(contexts, is_copied_into_a_task_spawned_by_a_task) {
  run_twice([](std::string own) -> task<> {
    gate inner(*loop::current());
    inner.spawn([](std::string expected) -> task<> {
      EXPECT_EQ(current_name(), expected);
      name.set("inner");
      co_await sleep(std::chrono::microseconds(1));
      EXPECT_EQ(current_name(), "inner");
    }(own));
    co_await inner.close();
    EXPECT_EQ(current_name(), own);
  });
}

TEST_F(contexts, reaches_a_task_that_a_plain_function_waits_for) {
  run_twice([](std::string own) -> task<> {
    const auto seen = co_await run_in_threadpool([] {
      return wait([]() -> task<std::string> {
        co_await sleep(std::chrono::microseconds(1));
        co_return current_name();
      }());
    });
    EXPECT_EQ(seen, own);
  });
}

TEST_F(contexts, survives_an_exception_that_a_plain_function_waits_for) {
  run_twice([](std::string own) -> task<> {
    const auto seen = co_await run_in_threadpool([] {
      try {
        wait([]() -> task<> {
          co_await sleep(std::chrono::microseconds(1));
          throw std::runtime_error(current_name());
        }());
        return std::string("nothing was thrown");
      } catch (const std::runtime_error& e) {
        return e.what() + (" " + current_name());
      }
    });
    EXPECT_EQ(seen, own + " " + own);
    EXPECT_EQ(current_name(), own);
  });
}

}  // namespace
}  // namespace jury
