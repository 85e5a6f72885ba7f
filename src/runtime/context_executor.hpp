#pragma once
// The executor of every task: an io_context's own executor that makes the task's context current around each resume.

#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <type_traits>
#include <utility>

#include "runtime/context.hpp"

namespace jury {

namespace asio = boost::asio;

// Does not own the context: the task that was spawned with it does, and outlives every handler bound to it.
template <typename Inner>
class basic_context_executor {
 public:
  basic_context_executor(Inner inner, context* values) noexcept : inner_(std::move(inner)), values_(values) {}

  template <typename Property>
    requires asio::can_query_v<const Inner&, Property>
  auto query(const Property& property) const noexcept(asio::is_nothrow_query_v<const Inner&, Property>) {
    return queried<decltype(asio::query(inner_, property))>(property);
  }
  asio::execution_context& query(asio::execution::context_t) const noexcept { return inner_.context(); }

  template <typename Property>
    requires asio::can_require_v<const Inner&, Property>
  auto require(const Property& property) const {
    using required = std::decay_t<decltype(asio::require(inner_, property))>;
    return basic_context_executor<required>(asio::require(inner_, property), values_);
  }

  template <typename Property>
    requires asio::can_prefer_v<const Inner&, Property>
  auto prefer(const Property& property) const {
    using preferred = std::decay_t<decltype(asio::prefer(inner_, property))>;
    return basic_context_executor<preferred>(asio::prefer(inner_, property), values_);
  }

  template <typename Function>
  void execute(Function&& function) const {
    inner_.execute([values = values_, function = std::forward<Function>(function)]() mutable {
      const context_scope scope(*values);
      std::move(function)();
    });
  }

  [[nodiscard]] context* values() const noexcept { return values_; }

  friend bool operator==(const basic_context_executor& a, const basic_context_executor& b) noexcept {
    return a.inner_ == b.inner_ && a.values_ == b.values_;
  }
  friend bool operator!=(const basic_context_executor& a, const basic_context_executor& b) noexcept {
    return !(a == b);
  }

 private:
  template <typename Result, typename Property>
  Result queried(const Property& property) const {
    return asio::query(inner_, property);
  }

  Inner inner_;
  context* values_;
};

using context_executor = basic_context_executor<asio::io_context::executor_type>;

}  // namespace jury
