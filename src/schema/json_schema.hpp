#pragma once
// Floor 1. JSON Schema (2020-12, as OpenAPI 3.1 uses it) of a described object, as FastAPI writes its components.

#include <string>

#include "schema/field.hpp"
#include "schema/json_writer.hpp"

namespace jury::schema {

// {"properties":{…},"type":"object","required":[…],"title":…}. Bounds are written as floats (18.0), a nullable field as
// anyOf with null, a category as an inline enum (const when there is only one).
void append_json_schema(json_writer& json, const object_schema& schema);
[[nodiscard]] std::string json_schema(const object_schema& schema);

}  // namespace jury::schema
