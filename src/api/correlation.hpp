#pragma once
// One id through the log, the record and the answer: the caller's X-Correlation-ID, or one of ours.

#include <optional>
#include <string>
#include <string_view>

#include "runtime/context.hpp"

namespace jury::api {

// Set for each request; follows the work into pools and spawned tasks.
inline const context_variable<std::string> correlation_id;

// The current one, or an empty view: what the log asks for each line.
std::string_view current_correlation_id();

// Whether a caller's id is taken over: 1 to 128 visible ASCII characters. Anything else is replaced, since the id goes
// into headers and logs.
bool is_correlation_id(std::string_view text) noexcept;

// The 32 hexadecimal digits of the trace id in a W3C `traceparent` header; nothing when it is not one.
std::optional<std::string_view> trace_id_of(std::string_view traceparent) noexcept;

}  // namespace jury::api
