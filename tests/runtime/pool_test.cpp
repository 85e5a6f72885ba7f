#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <future>
#include <latch>
#include <system_error>

#include "runtime/thread_pool.hpp"
#include "support/run.hpp"

namespace jury {
namespace {

TEST(thread_pool, starts_threads_on_demand_and_no_more_than_its_bound) {
  std::latch arrived(3);
  std::promise<void> release;
  const auto released = release.get_future().share();
  thread_pool pool({.name = "p", .threads = 3});
  EXPECT_EQ(pool.stats().started, 0U);
  for (int i = 0; i < 5; ++i) {
    pool.submit([&arrived, released, i] {
      if (i < 3) arrived.count_down();
      released.wait();
    });
  }
  arrived.wait();
  EXPECT_EQ(pool.stats().started, 3U);
  EXPECT_EQ(pool.stats().borrowed, 3U);
  EXPECT_EQ(pool.stats().waiting, 2U);
  release.set_value();
}

TEST(thread_pool, reuses_an_idle_thread) {
  thread_pool pool({.name = "p", .threads = 8});
  for (int i = 0; i < 20; ++i) {
    std::promise<void> done;
    const auto finished = done.get_future();
    pool.submit([done = std::move(done)]() mutable { done.set_value(); });
    finished.wait();
    while (pool.stats().borrowed != 0) std::this_thread::yield();
  }
  EXPECT_EQ(pool.stats().started, 1U);
}

TEST(thread_pool, runs_jobs_in_the_order_of_arrival) {
  std::vector<int> order;
  {
    thread_pool pool({.name = "p", .threads = 1});
    for (int i = 0; i < 100; ++i) pool.submit([&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(thread_pool, refuses_by_name_what_exceeds_its_queue) {
  std::latch running(1);
  std::promise<void> release;
  thread_pool pool({.name = "narrow", .threads = 1, .queue = 1});
  pool.submit([&running, released = release.get_future().share()] {
    running.count_down();
    released.wait();
  });
  running.wait();
  pool.submit([] {});
  try {
    pool.submit([] {});
    ADD_FAILURE() << "the second waiting job was taken";
  } catch (const pool_full& full) {
    EXPECT_NE(std::string(full.what()).find("narrow"), std::string::npos);
  }
  EXPECT_EQ(pool.stats().refused, 1U);
  release.set_value();
}

// No thread can be started: its stack would not fit into the address space.
class no_new_threads {
 public:
  no_new_threads() {
    pthread_getattr_default_np(&usual_);
    pthread_attr_t huge = usual_;
    pthread_attr_setstacksize(&huge, std::size_t{1} << 47);
    EXPECT_EQ(pthread_setattr_default_np(&huge), 0);
  }
  ~no_new_threads() { pthread_setattr_default_np(&usual_); }
  no_new_threads(const no_new_threads&) = delete;
  no_new_threads& operator=(const no_new_threads&) = delete;

 private:
  pthread_attr_t usual_{};
};

TEST(thread_pool, goes_on_with_the_threads_it_has_when_another_can_not_be_started) {
  std::latch running(1);
  std::latch ran(1);
  std::promise<void> release;
  thread_pool pool({.name = "p", .threads = 2});
  pool.submit([&running, released = release.get_future().share()] {
    running.count_down();
    released.wait();
  });
  running.wait();
  {
    const no_new_threads shortage;
    EXPECT_NO_THROW(pool.submit([&ran] { ran.count_down(); }));
  }
  EXPECT_EQ(pool.stats().started, 1U);
  EXPECT_EQ(pool.stats().waiting, 1U);
  release.set_value();
  ran.wait();
}

TEST(thread_pool, throws_pool_full_when_not_one_thread_can_be_started) {
  std::latch ran(1);
  thread_pool pool({.name = "p", .threads = 2, .queue = 1});
  {
    const no_new_threads shortage;
    EXPECT_THROW(pool.submit([] { ADD_FAILURE() << "a refused job has run"; }), pool_full);
  }
  pool.submit([&ran] { ran.count_down(); });  // the place in the queue was given back
  ran.wait();
}

TEST(run_in, throws_pool_full_into_the_awaiting_task) {
  test::machine machine;
  thread_pool closed({.name = "closed", .threads = 1, .queue = 0});
  EXPECT_THROW(machine.run([](thread_pool& pool) -> task<> { co_await run_in(pool, [] {}); }(closed)), pool_full);
}

TEST(wait, on_a_loop_throws_and_says_what_to_do) {
  test::machine machine;
  machine.run([]() -> task<> {
    try {
      wait(sleep(std::chrono::seconds(1)));
      ADD_FAILURE() << "wait blocked the loop";
    } catch (const std::logic_error& e) {
      EXPECT_NE(std::string(e.what()).find("co_await"), std::string::npos);
    }
    co_return;
  }());
}

TEST(wait, returns_when_a_task_without_a_value_has_ended) {
  test::machine machine;
  machine.run([]() -> task<> {
    co_await run_in_threadpool([] {
      bool ended = false;
      wait([](bool* done) -> task<> {
        co_await sleep(std::chrono::microseconds(1));
        *done = true;
      }(&ended));
      EXPECT_TRUE(ended);
    });
  }());
}

TEST(wait, passes_the_exception_of_the_task) {
  test::machine machine;
  machine.run([]() -> task<> {
    co_await run_in_threadpool([] {
      EXPECT_THROW(wait([]() -> task<int> {
                     co_await sleep(std::chrono::microseconds(1));
                     throw std::runtime_error("late");
                   }()),
                   std::runtime_error);
    });
  }());
}

TEST(loop, is_not_ended_by_the_second_stop_of_an_earlier_run) {
  loop events;
  int stops = 0;
  events.at_turn_end([&] {
    if (stops++ < 2) events.stop();  // the first ends the run after the next turn; at its end comes the second
  });
  asio::post(events.executor(), [] {});
  events.run();
  EXPECT_EQ(stops, 2);
  bool ended = false;
  events.run([](bool* done) -> task<> {
    co_await sleep(std::chrono::milliseconds(1));
    *done = true;
  }(&ended));
  EXPECT_TRUE(ended);
}

TEST(loop, keeps_a_task_that_a_stop_left_waiting) {
  static const context_variable<std::string> tenant;
  loop events;
  bool ended = false;
  {
    context values;
    const context_scope scope(values);
    tenant.set("first");
    events.stop();
    events.run([](bool* done) -> task<> {
      co_await sleep(std::chrono::milliseconds(1));
      *done = tenant.get() != nullptr && *tenant.get() == "first";
    }(&ended));
    EXPECT_FALSE(ended);
  }
  events.run();
  EXPECT_TRUE(ended);
}

TEST(loop, runs_the_hook_before_those_who_wait_for_the_end_of_the_turn) {
  test::machine machine;
  int hooks = 0;
  machine.events.at_turn_end([&] { ++hooks; });
  machine.run([](test::machine& m, int& count) -> task<> {
    const int before = count;
    co_await m.events.turn_end();
    EXPECT_GT(count, before);
  }(machine, hooks));
}

TEST(gate, close_resumes_after_the_last_task) {
  test::machine machine;
  machine.run([](test::machine& m) -> task<> {
    int finished = 0;
    gate tasks(m.events);
    for (int i = 0; i < 10; ++i) {
      tasks.spawn([](int& count, int n) -> task<> {
        co_await sleep(std::chrono::microseconds(10 * n));
        ++count;
      }(finished, i));
    }
    co_await tasks.close();
    EXPECT_EQ(finished, 10);
    EXPECT_THROW(tasks.spawn(sleep(std::chrono::seconds(1))), std::logic_error);
  }(machine));
}

TEST(gate, survives_a_task_that_throws) {
  test::machine machine;
  machine.run([](test::machine& m) -> task<> {
    gate tasks(m.events);
    tasks.spawn([]() -> task<> {
      co_await sleep(std::chrono::microseconds(1));
      throw std::runtime_error("expected in this test");
    }());
    co_await tasks.close();
    EXPECT_EQ(tasks.inside(), 0U);
  }(machine));
}

}  // namespace
}  // namespace jury
