#pragma once
// Floor 1. From a name to its place in a fixed list: a request's keys to fields, a category's text to its code.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jury::schema {

// An open-addressed hash table at most half full, built once. Immutable, so any number of threads may look up.
class name_index {
 public:
  name_index() = default;
  // The names must differ from each other: of equal ones only the first is found.
  explicit name_index(std::vector<std::string> names);

  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

  // As find, but looks at `guess` first: requests mostly name the fields in their order, so the one after the last
  // found is nearly always right and nothing need be hashed. Any number is allowed as guess.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name, std::size_t guess) const {
    if (guess < names_.size() && names_[guess] == name) {
      return guess;
    }
    return find(name);
  }

  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::vector<std::uint32_t> table_;  // index + 1, 0 = free
};

}  // namespace jury::schema
