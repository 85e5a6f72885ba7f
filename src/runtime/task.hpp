#pragma once
// What a coroutine of Jury returns.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/context_executor.hpp"

namespace jury {

// A coroutine that runs on the event loop of whoever awaits or spawns it. It starts when it is awaited, it never moves
// to another thread, and it sees the context of the task it belongs to. Parameters are taken by value: a reference may
// be gone after the first co_await.
template <typename T = void>
using task = asio::awaitable<T, context_executor>;

// The completion token that makes any Asio operation awaitable in a task:
//   co_await timer.async_wait(use_task);
inline constexpr asio::use_awaitable_t<context_executor> use_task;

// The handler behind `co_await` for an operation with the given completion signature: what an operation of our own
// keeps until it completes.
template <typename Signature>
using task_handler = typename asio::async_result<asio::use_awaitable_t<context_executor>, Signature>::handler_type;

}  // namespace jury
