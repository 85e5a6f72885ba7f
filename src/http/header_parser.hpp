#pragma once
// Boost.Beast's header parser behind a function: the only place that sees Beast.

#include <string_view>

#include "http/guard.hpp"
#include "http/message.hpp"

namespace jury::http {

// Fills method_text, target, headers of `into` with views into `header`, which must have passed the guard and end in
// its empty line. Allocates only when `into.headers` must grow. False when Beast refuses the header, or reads its
// framing otherwise than the guard did: two opinions on where a request ends are one too many.
[[nodiscard]] bool parse_header(std::string_view header, const head& facts, request& into);

}  // namespace jury::http
