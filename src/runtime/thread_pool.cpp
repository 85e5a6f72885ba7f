#include "runtime/thread_pool.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <system_error>
#include <utility>

namespace jury {

thread_pool::thread_pool(options settings) : settings_(std::move(settings)) {}

thread_pool::~thread_pool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void thread_pool::submit(std::move_only_function<void()> job) {
  reserve();
  submit_reserved(std::move(job));
}

void thread_pool::reserve() {
  const std::scoped_lock lock(mutex_);
  const std::size_t waiting = jobs_.size() + reserved_.size();
  if (waiting >= settings_.queue) {
    ++refused_;
    throw pool_full(fmt::format("the pool '{}' is full: {} threads busy, {} jobs waiting", settings_.name,
                                threads_.size() - idle_, waiting));
  }
  std::list<std::move_only_function<void()>> place(1);
  if (waiting >= idle_ && threads_.size() < settings_.threads) {
    try {
      threads_.emplace_back([this, number = threads_.size() + 1] { work(number); });
    } catch (const std::system_error& failure) {
      if (threads_.empty()) {  // else the job waits for one of those that run
        ++refused_;
        throw pool_full(fmt::format("the pool '{}' can't start a thread: {}", settings_.name, failure.what()));
      }
    }
  }
  reserved_.splice(reserved_.end(), place);
}

void thread_pool::submit_reserved(std::move_only_function<void()> job) noexcept {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.splice(jobs_.end(), reserved_, reserved_.begin());
    jobs_.back() = std::move(job);
  }
  wake_.notify_one();
}

thread_pool::statistics thread_pool::stats() const {
  const std::scoped_lock lock(mutex_);
  return {.total = settings_.threads,
          .started = threads_.size(),
          .borrowed = threads_.size() - idle_,
          .waiting = jobs_.size(),
          .refused = refused_};
}

void thread_pool::work(std::size_t number) {
  pthread_setname_np(pthread_self(), fmt::format("{}-{}", settings_.name, number).substr(0, 15).c_str());
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what the job owned goes before the lock is taken again
    lock.lock();
  }
}

}  // namespace jury
