#include "schema/name_index.hpp"

#include <bit>
#include <functional>
#include <utility>

namespace jury::schema {

name_index::name_index(std::vector<std::string> names)
    : names_(std::move(names)), table_(std::bit_ceil(names_.size() * 2 + 1)) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    auto slot = std::hash<std::string_view>{}(names_[i]);
    while (table_[slot & (table_.size() - 1)] != 0) {
      ++slot;
    }
    table_[slot & (table_.size() - 1)] = static_cast<std::uint32_t>(i + 1);
  }
}

std::optional<std::size_t> name_index::find(std::string_view name) const {
  if (names_.empty()) {
    return std::nullopt;
  }
  for (auto slot = std::hash<std::string_view>{}(name);; ++slot) {
    const auto entry = table_[slot & (table_.size() - 1)];
    if (entry == 0) {
      return std::nullopt;
    }
    if (names_[entry - 1] == name) {
      return entry - 1;
    }
  }
}

}  // namespace jury::schema
