#pragma once
// Moving work to where it may block or compute, and back: `run_in_threadpool`, `on_cpu`, `wait`.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <concepts>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <variant>

#include "runtime/loop.hpp"
#include "runtime/thread_pool.hpp"

namespace jury {

// The loop and the pools that code of this thread uses. A worker makes one and installs it on its loop's thread; the
// jobs of its pools inherit it.
struct runtime {
  loop& events;
  thread_pool& blocking;
  thread_pool& cpu;

  // Throws std::logic_error on a thread that belongs to no runtime.
  static runtime& current();
};

// Makes `installed` the runtime of this thread until the end of the scope.
class runtime_scope {
 public:
  explicit runtime_scope(runtime& installed) noexcept;
  ~runtime_scope();
  runtime_scope(const runtime_scope&) = delete;
  runtime_scope& operator=(const runtime_scope&) = delete;

 private:
  runtime* previous_;
};

namespace detail {

template <typename Function, typename... Arguments>
  requires std::invocable<Function, Arguments...>
task<std::invoke_result_t<Function, Arguments...>> run_in(thread_pool* pool, Function function,
                                                          Arguments... arguments) {
  using value = std::invoke_result_t<Function, Arguments...>;
  using kept = std::conditional_t<std::is_void_v<value>, std::monostate, value>;
  std::optional<kept> outcome;
  std::exception_ptr failure;
  runtime& home = runtime::current();
  context values(context::current());
  std::optional<task_handler<void()>> resume;
  // All that the job needs is in the frame of this coroutine, which lives until the handler has run: Asio can't survive
  // an exception in the initiation, so nothing may be allocated there.
  const auto job = [&] {
    const context_scope scope(values);
    const runtime_scope installed(home);
    try {
      if constexpr (std::is_void_v<value>) {
        std::invoke(std::move(function), std::move(arguments)...);
        outcome.emplace();
      } else {
        outcome.emplace(std::invoke(std::move(function), std::move(arguments)...));
      }
    } catch (...) {
      failure = std::current_exception();
    }
    auto handler = *std::move(resume);
    const auto executor = asio::get_associated_executor(handler);
    asio::post(executor, std::move(handler));
  };
  const auto start = [&](auto handler) noexcept {
    resume.emplace(std::move(handler));
    pool->submit_reserved([&job] { job(); });
  };
  auto done = asio::async_initiate<const asio::use_awaitable_t<context_executor>, void()>(start, use_task);
  pool->reserve();
  co_await std::move(done);
  if (failure) std::rethrow_exception(failure);
  if constexpr (!std::is_void_v<value>) co_return std::move(*outcome);
}

}  // namespace detail

// Runs `function(arguments...)` in `pool`, in a copy of the current context, and resumes on the loop with its result or
// exception. Function and arguments are moved into the job: pass values. Throws pool_full when the queue is full. The
// job runs to its end even if nobody waits any more.
template <typename Function, typename... Arguments>
  requires std::invocable<Function, Arguments...>
task<std::invoke_result_t<Function, Arguments...>> run_in(thread_pool& pool, Function function,
                                                          Arguments... arguments) {
  return detail::run_in(&pool, std::move(function), std::move(arguments)...);
}

// For code that blocks: files, synchronous clients, sleeping. At most as many at once as the blocking pool has threads.
template <typename Function, typename... Arguments>
auto run_in_threadpool(Function function, Arguments... arguments) {
  return run_in(runtime::current().blocking, std::move(function), std::move(arguments)...);
}

// For code that computes. The CPU pool has about as many threads as the worker has CPUs.
template <typename Function, typename... Arguments>
auto on_cpu(Function function, Arguments... arguments) {
  return run_in(runtime::current().cpu, std::move(function), std::move(arguments)...);
}

namespace detail {
// Throws std::logic_error when the calling thread runs a loop.
void refuse_wait_on_a_loop();
}  // namespace detail

// For plain functions in a pool: runs `work` on the runtime's loop and blocks until it is done. On a loop's own thread
// it would wait for itself for ever, so there it throws std::logic_error.
template <typename T>
T wait(task<T> work) {
  detail::refuse_wait_on_a_loop();
  auto values = std::make_unique<context>(context::current());
  const context_executor executor(runtime::current().events.executor(), values.get());
  std::promise<T> promise;
  std::future<T> done = promise.get_future();
  // The handler owns both: this thread may go on before the loop's is done with them.
  asio::co_spawn(executor, std::move(work),
                 [promise = std::move(promise), values = std::move(values)](const std::exception_ptr& failure,
                                                                            auto... value) mutable {
                   if (failure) {
                     promise.set_exception(failure);
                   } else {
                     promise.set_value(std::move(value)...);
                   }
                 });
  return done.get();
}

}  // namespace jury
