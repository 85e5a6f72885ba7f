#pragma once
// Runs a task to its end on a runtime of its own.

#include <boost/asio/co_spawn.hpp>
#include <optional>

#include "runtime/gate.hpp"
#include "runtime/threads.hpp"

namespace jury::test {

struct machine {
  jury::loop events;
  jury::thread_pool blocking{{.name = "blocking", .threads = 4}};
  jury::thread_pool cpu{{.name = "cpu", .threads = 2}};
  jury::runtime home{events, blocking, cpu};

  // Returns the task's value or throws its exception.
  template <typename T>
  T run(task<T> work) {
    const runtime_scope installed(home);
    context values;
    std::exception_ptr failure;
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> outcome;
    asio::co_spawn(context_executor(events.executor(), &values), std::move(work),
                   [&](const std::exception_ptr& e, auto... value) {
                     failure = e;
                     if (!e) outcome.emplace(std::move(value)...);
                     events.stop();
                   });
    events.run();
    if (failure) std::rethrow_exception(failure);
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
  }
};

}  // namespace jury::test
