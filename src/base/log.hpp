#pragma once
// Logging. One line an event, to standard error, with the time, the process and the correlation id in every line; as
// text or as JSON. After `start_writer` a line costs its formatting and a copy: a thread of its own writes, so that a
// slow standard error can't stop a loop. What does not fit into its bounded buffer is dropped and counted.

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace jury::log {

enum class level : std::uint8_t { debug, info, warning, error };
enum class format : std::uint8_t { text, json };

// A value beside the message: `key=value` in text, a member in JSON.
struct field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double> value;
};

// Before the first thread and before any fork: settings are inherited.
void configure(level lowest, format lines);
// What this process is called in its lines: "supervisor", "worker 2".
void set_process_name(std::string_view name);
// How a line gets its correlation id; it may return an empty view. Called on the thread that logs.
void set_correlation_source(std::string_view (*source)());

// After the fork. From here on lines are written by a thread, up to 5 ms later.
void start_writer();
// Writes what is left and ends the thread; lines after it are written at once again. Safe to call twice.
void stop_writer();
// Lines lost because the buffer was full, in this process.
std::uint64_t dropped() noexcept;

[[nodiscard]] bool enabled(level at) noexcept;
// Thread-safe.
void write(level at, std::string_view message, std::initializer_list<field> fields = {});

template <typename... Arguments>
void debug(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  if (enabled(level::debug)) write(level::debug, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <typename... Arguments>
void info(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  if (enabled(level::info)) write(level::info, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <typename... Arguments>
void warning(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  if (enabled(level::warning)) write(level::warning, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <typename... Arguments>
void error(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  if (enabled(level::error)) write(level::error, fmt::format(text, std::forward<Arguments>(arguments)...));
}

}  // namespace jury::log
