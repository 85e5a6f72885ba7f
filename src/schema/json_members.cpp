#include "schema/json_members.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <unordered_map>

namespace jury::schema {
namespace {

std::size_t skip_white(std::string_view json, std::size_t at) {
  return std::min(json.find_first_not_of(" \t\n\r", at), json.size());
}

std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; json[at] != '"'; ++at) {
    at += json[at] == '\\' ? 1 : 0;
  }
  return at + 1;
}

std::size_t end_of_value(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  do {
    const char c = json[at];
    if (c == '"') {
      at = end_of_string(json, at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      --depth;
      ++at;
    } else if (depth > 0) {
      ++at;
    } else {
      return std::min(json.find_first_of(",]} \t\n\r", at), json.size());
    }
  } while (depth > 0);
  return at;
}

}  // namespace

std::vector<json_member> object_members(std::string_view object) {
  std::vector<json_member> members;
  std::unordered_map<std::string, std::size_t> known;
  auto at = skip_white(object, skip_white(object, 0) + 1);
  while (object[at] != '}') {
    const auto key_end = end_of_string(object, at);
    const auto key = boost::json::parse(object.substr(at, key_end - at));
    const auto begin = skip_white(object, skip_white(object, key_end) + 1);
    const auto end = end_of_value(object, begin);
    const auto [place, is_new] = known.try_emplace(std::string(key.as_string()), members.size());
    if (is_new) {
      members.push_back({place->first, {}});
    }
    members[place->second].value = object.substr(begin, end - begin);
    at = skip_white(object, end);
    if (object[at] == ',') {
      at = skip_white(object, at + 1);
    }
  }
  return members;
}

}  // namespace jury::schema
