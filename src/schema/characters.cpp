#include "schema/characters.hpp"

#include <algorithm>
#include <array>

namespace jury::schema {
namespace {

// Unicode's White_Space.
constexpr std::array<std::string_view, 25> white_space{
    "\t",     "\n",     "\v",     "\f",     "\r",     " ",      "\u0085", "\u00A0", "\u1680",
    "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
    "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};

}  // namespace

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string_view trim(std::string_view text) {
  const auto at_front = [&](std::string_view space) { return text.starts_with(space); };
  const auto at_back = [&](std::string_view space) { return text.ends_with(space); };
  for (auto it = white_space.end(); (it = std::ranges::find_if(white_space, at_front)) != white_space.end();) {
    text.remove_prefix(it->size());
  }
  for (auto it = white_space.end(); (it = std::ranges::find_if(white_space, at_back)) != white_space.end();) {
    text.remove_suffix(it->size());
  }
  return text;
}

}  // namespace jury::schema
