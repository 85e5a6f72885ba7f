#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/manifest.hpp"
#include "schema/field.hpp"
#include "schema/validation_error.hpp"

namespace jury::decision {

// The body of POST /decisions: the manifest's features in order, so that a bound row is the model's row, and after them
// `reference`, the caller's own key. A model with a feature of that name leaves the key to the header X-Reference.
result<schema::object_schema> request_schema(const model::manifest& manifest);

inline constexpr std::size_t longest_reference = 200;  // characters

// What is wrong with the text of an X-Reference: nothing, or it is empty, too long or not UTF-8.
std::optional<schema::validation_error> check_reference(std::string_view header);

// The document of /openapi.json.
std::string openapi_document(const model::manifest& manifest, const schema::object_schema& request, bool with_keys);

}  // namespace jury::decision
