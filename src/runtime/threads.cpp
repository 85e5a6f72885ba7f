#include "runtime/threads.hpp"

namespace jury {
namespace {

thread_local runtime* current_runtime = nullptr;

}  // namespace

runtime& runtime::current() {
  if (current_runtime == nullptr) {
    throw std::logic_error("this thread belongs to no runtime: call from a task or from a job in a pool");
  }
  return *current_runtime;
}

runtime_scope::runtime_scope(runtime& installed) noexcept : previous_(std::exchange(current_runtime, &installed)) {}
runtime_scope::~runtime_scope() { current_runtime = previous_; }

void detail::refuse_wait_on_a_loop() {
  if (loop::current() != nullptr) {
    throw std::logic_error(
        "jury::wait was called on an event loop's thread, where it would stop every request: co_await the task "
        "instead, or make the caller a plain function, which runs in the pool");
  }
}

}  // namespace jury
