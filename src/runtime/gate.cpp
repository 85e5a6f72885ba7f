#include "runtime/gate.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>

#include "base/log.hpp"

namespace jury {

gate::~gate() {
  if (inside_ != 0) {
    log::error("A gate was destroyed with {} tasks inside: await close() first", inside_);
    std::abort();
  }
}

void gate::spawn(task<> work) {
  if (closed_) throw std::logic_error("spawn into a closed gate");
  auto values = std::make_unique<context>(context::current());
  const context_executor executor(loop_.executor(), values.get());
  ++inside_;
  // The handler owns the context: it is the last thing of the task that Asio destroys.
  const auto done = [](const std::exception_ptr& failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      log::error("A task ended with an exception: {}", e.what());
    } catch (...) {
      log::error("A task ended with an exception that is no std::exception");
    }
  };
  try {
    asio::co_spawn(executor, std::move(work),
                   [this, done, values = std::move(values)](const std::exception_ptr& failure) {
                     const context_scope scope(*values);
                     done(failure);
                     leave();
                   });
  } catch (...) {  // out of memory: nothing was started
    --inside_;
    throw;
  }
}

task<> gate::close() {
  closed_ = true;
  if (inside_ == 0) co_return;
  co_await asio::async_initiate<const asio::use_awaitable_t<context_executor>, void()>(
      [this](auto handler) { waiting_.push_back(std::move(handler)); }, use_task);
}

void gate::leave() {
  if (--inside_ != 0) return;
  for (auto& handler : std::exchange(waiting_, {})) {
    const auto executor = asio::get_associated_executor(handler);
    asio::post(executor, std::move(handler));
  }
}

}  // namespace jury
