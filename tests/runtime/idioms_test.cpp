// The coroutine and lambda idioms that users of the library will write. Under AddressSanitizer they show that no
// captured value, argument or temporary is destroyed twice or used after its end; g++ 12 fails here, which is why the
// build refuses it.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/run.hpp"

namespace jury {
namespace {

// Longer than any small-string buffer, so that a double destruction is a double free.
std::string long_text() { return std::string(100, 'x'); }

struct counted {
  static inline int alive = 0;
  std::string text = long_text();
  counted() { ++alive; }
  counted(const counted& other) : text(other.text) { ++alive; }
  counted(counted&& other) noexcept : text(std::move(other.text)) { ++alive; }
  counted& operator=(const counted&) = default;
  counted& operator=(counted&&) = default;
  ~counted() { --alive; }
};

class idioms : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(counted::alive, 0); }
  test::machine machine_;
};

task<std::size_t> capturing_lambda_in_the_expression() {
  counted captured;
  co_return co_await run_in_threadpool([captured] { return captured.text.size(); });
}
TEST_F(idioms, capturing_lambda_as_a_temporary_of_co_await) {
  EXPECT_EQ(machine_.run(capturing_lambda_in_the_expression()), 100U);
}

task<std::size_t> moving_lambda() {
  auto owned = std::make_unique<counted>();
  co_return co_await run_in_threadpool([owned = std::move(owned)] { return owned->text.size(); });
}
TEST_F(idioms, move_only_capture) { EXPECT_EQ(machine_.run(moving_lambda()), 100U); }

task<std::size_t> named_lambda() {
  counted captured;
  auto work = [captured](const std::string& suffix) { return captured.text.size() + suffix.size(); };
  co_return co_await run_in_threadpool(std::move(work), long_text());
}
TEST_F(idioms, named_lambda_with_arguments) { EXPECT_EQ(machine_.run(named_lambda()), 200U); }

std::size_t length(const counted& value, const std::string& text) { return value.text.size() + text.size(); }

task<std::size_t> braced_argument() { co_return co_await on_cpu(length, counted{}, std::string{"abc"}); }
TEST_F(idioms, temporary_and_braced_arguments) { EXPECT_EQ(machine_.run(braced_argument()), 103U); }

task<std::size_t> in_a_conditional(bool go) {
  counted captured;
  co_return go ? co_await run_in_threadpool([captured] { return captured.text.size(); }) : co_await braced_argument();
}
TEST_F(idioms, co_await_in_both_arms_of_a_conditional) {
  EXPECT_EQ(machine_.run(in_a_conditional(true)), 100U);
  EXPECT_EQ(machine_.run(in_a_conditional(false)), 103U);
}

task<std::pair<counted, int>> pair_of() { co_return std::pair{counted{}, 7}; }
task<int> structured_binding() {
  auto [value, number] = co_await pair_of();
  co_await sleep(std::chrono::microseconds(1));
  co_return static_cast<int>(value.text.size()) + number;
}
TEST_F(idioms, structured_binding_of_an_awaited_pair) { EXPECT_EQ(machine_.run(structured_binding()), 107); }

task<std::size_t> two_in_one_expression() {
  counted captured;
  co_return co_await run_in_threadpool([captured] { return captured.text.size(); }) +
      co_await on_cpu([captured] { return captured.text.size(); });
}
TEST_F(idioms, two_awaits_in_one_expression) { EXPECT_EQ(machine_.run(two_in_one_expression()), 200U); }

task<> throwing() {
  counted captured;
  co_await run_in_threadpool([captured] { throw std::runtime_error(captured.text); });
}
TEST_F(idioms, an_exception_in_the_pool_reaches_the_awaiter) {
  EXPECT_THROW(machine_.run(throwing()), std::runtime_error);
}

task<std::size_t> lambda_coroutine_with_an_owner() {
  task<std::size_t> started = [captured = counted{}](this auto) -> task<std::size_t> {
    co_await sleep(std::chrono::microseconds(1));
    co_return captured.text.size();
  }();
  // The closure is gone; its copy in the frame is not.
  co_return co_await std::move(started);
}
TEST_F(idioms, a_capturing_lambda_coroutine_with_an_owner) {
  EXPECT_EQ(machine_.run(lambda_coroutine_with_an_owner()), 100U);
}

task<std::size_t> lambda_coroutine_in_a_gate() {
  std::size_t seen = 0;
  gate tasks(*loop::current());
  tasks.spawn([captured = counted{}, &seen](this auto) -> task<> {
    co_await sleep(std::chrono::microseconds(1));
    seen = captured.text.size();
  }());
  co_await tasks.close();
  co_return seen;
}
TEST_F(idioms, a_capturing_lambda_coroutine_spawned_into_a_gate) {
  EXPECT_EQ(machine_.run(lambda_coroutine_in_a_gate()), 100U);
}

template <typename Function>
auto in_the_pool(Function&& function) {
  return run_in_threadpool(std::forward<Function>(function));
}
task<std::size_t> forwarded() {
  counted captured;
  const auto kept = [captured] { return captured.text.size(); };
  const auto first = co_await in_the_pool(kept);
  co_return first + kept() + co_await in_the_pool([captured] { return captured.text.size(); });
}
TEST_F(idioms, a_function_passed_by_forwarding_reference) { EXPECT_EQ(machine_.run(forwarded()), 300U); }

task<std::size_t> in_a_loop() {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    counted captured;
    sum += co_await run_in_threadpool([captured, i] { return captured.text.size() + i % 2; });
  }
  co_return sum;
}
TEST_F(idioms, many_awaits_in_a_loop) { EXPECT_EQ(machine_.run(in_a_loop()), 100'500U); }

}  // namespace
}  // namespace jury
