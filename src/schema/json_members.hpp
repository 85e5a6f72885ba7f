#pragma once
// Floor 1. The slow second look at an object that did not bind: what stood under each key, as written.

#include <string>
#include <string_view>
#include <vector>

namespace jury::schema {

struct json_member {
  std::string key;         // decoded
  std::string_view value;  // as written, a part of the object's text
};

// Members of an object in the order of first appearance; of equal keys the last value. The text must be a valid object.
[[nodiscard]] std::vector<json_member> object_members(std::string_view object);

}  // namespace jury::schema
