#pragma once

#include "model/manifest.hpp"
#include "schema/field.hpp"

namespace jury::decision {

// The body of POST /decisions: the manifest's features in order, so that a bound row is the model's row, and after them
// `reference`, the caller's own key. A model with a feature of that name leaves the key to the header X-Reference.
result<schema::object_schema> request_schema(const model::manifest& manifest);

inline constexpr std::size_t longest_reference = 200;  // characters

// The document of /openapi.json.
std::string openapi_document(const model::manifest& manifest, const schema::object_schema& request, bool with_keys);

}  // namespace jury::decision
