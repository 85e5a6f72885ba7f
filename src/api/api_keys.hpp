#pragma once
// Who may call: API keys, of which only hashes are stored.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace jury::api {

// The keys of a file with one line a key, `SHA256 NAME`: 64 hexadecimal digits of the key's SHA-256 and a name for
// people, several of which may be valid at a time. Empty lines and lines that begin with # are skipped. A line is made
// by
//   printf %s "$KEY" | sha256sum | sed 's/-$/NAME/'
// Immutable, so thread-safe.
class api_keys {
 public:
  // Errors name the file and the line, never a key.
  static result<api_keys> read(const std::string& file);

  // The name of the key's owner, or nothing. Takes the same time for every wrong key.
  [[nodiscard]] std::optional<std::string_view> owner(std::string_view key) const;

 private:
  struct entry {
    std::array<unsigned char, 32> hash;
    std::string name;
  };
  std::vector<entry> entries_;
};

}  // namespace jury::api
