#include "api/api_keys.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <cerrno>
#include <charconv>
#include <fstream>

namespace jury::api {

result<api_keys> api_keys::read(const std::string& file) {
  std::ifstream input(file);
  if (!input) return std::unexpected(system_error("API key file " + file, errno));
  api_keys keys;
  std::size_t number = 0;
  for (std::string line; std::getline(input, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    entry each{};
    const auto name = line.find_first_not_of(' ', 64);
    bool valid = line.size() > 65 && line[64] == ' ' && name != std::string::npos;
    for (std::size_t i = 0; valid && i < each.hash.size(); ++i) {
      const char* const digits = line.data() + 2 * i;
      valid = std::from_chars(digits, digits + 2, each.hash[i], 16).ptr == digits + 2;
    }
    if (!valid) {
      return fail(fmt::format("{}:{}: expected the 64 hexadecimal digits of a key's SHA-256, a space and a name", file,
                              number));
    }
    each.name = line.substr(name);
    keys.entries_.push_back(std::move(each));
  }
  if (keys.entries_.empty()) return fail(fmt::format("{}: holds no key, so nobody could call", file));
  return keys;
}

std::optional<std::string_view> api_keys::owner(std::string_view key) const {
  std::array<unsigned char, 32> hash;
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), hash.data());
  std::optional<std::string_view> found;
  for (const entry& each : entries_) {
    if (CRYPTO_memcmp(hash.data(), each.hash.data(), hash.size()) == 0) found = each.name;
  }
  return found;
}

}  // namespace jury::api
