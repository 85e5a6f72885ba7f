#include "runtime/loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

namespace jury {
namespace {

// A turn ends after this many handlers even if more are ready, so that a flood can't keep the hooks from running.
constexpr int handlers_a_turn = 64;

thread_local loop* current_loop = nullptr;

}  // namespace

loop::loop() : work_(asio::make_work_guard(context_)) {}
loop::~loop() = default;

loop* loop::current() noexcept { return current_loop; }

void loop::run() {
  loop* const outer = std::exchange(current_loop, this);
  while (!stopped_) {
    context_.run_one();
    for (int i = 1; i < handlers_a_turn && context_.poll_one() > 0; ++i) {
    }
    end_turn();
  }
  stopped_ = false;
  ++ended_runs_;
  current_loop = outer;
}

void loop::run(task<> main) {
  struct state {
    context values = context::current();
    std::exception_ptr failure;
  };
  // Shared with the task, which outlives this call when it was stopped.
  const auto shared = std::make_shared<state>();
  asio::co_spawn(context_executor(executor(), &shared->values), std::move(main),
                 [this, shared](const std::exception_ptr& thrown) {
                   shared->failure = thrown;
                   stop();
                 });
  run();
  if (shared->failure) std::rethrow_exception(shared->failure);
}

void loop::stop() {
  // A second stop of the same run must not end the next one.
  asio::post(context_, [this, run = ended_runs_.load()] {
    if (run == ended_runs_) stopped_ = true;
  });
}

void loop::at_turn_end(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }

task<> loop::turn_end() {
  co_await asio::async_initiate<const asio::use_awaitable_t<context_executor>, void()>(
      [this](auto handler) { waiting_.push_back(std::move(handler)); }, use_task);
}

void loop::end_turn() {
  for (const auto& hook : hooks_) hook();
  if (waiting_.empty()) return;
  resuming_.swap(waiting_);
  for (auto& handler : resuming_) {
    const auto executor = asio::get_associated_executor(handler);
    asio::post(executor, std::move(handler));
  }
  resuming_.clear();
}

task<> sleep(std::chrono::nanoseconds duration) {
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      timer(loop::current()->executor(), duration);
  co_await timer.async_wait(use_task);
}

}  // namespace jury
