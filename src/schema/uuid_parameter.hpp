#pragma once
// Floor 1. A UUID in a path or query, read as pydantic reads it.

#include <expected>
#include <string_view>

#include "base/uuid.hpp"
#include "schema/validation_error.hpp"

namespace jury::schema {

// Accepts 8-4-4-4-12 hexadecimal digits in either case, plain, in braces or after "urn:uuid:", and 32 digits without
// hyphens. Everything else is "uuid_parsing", with pydantic 2.14's reason. `text` is UTF-8.
//
//   read_uuid("nope", {"path", "decision_id"}).error().message
//     // "Input should be a valid UUID, invalid character: found `n` at 0"
[[nodiscard]] std::expected<uuid, validation_error> read_uuid(std::string_view text, location loc);

}  // namespace jury::schema
