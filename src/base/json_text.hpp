#pragma once
// Writing JSON by appending to a string.

#include <string>
#include <string_view>

namespace jury {

// `text` as a JSON string, quotes included. Only what JSON demands is escaped: `"`, `\` and characters below 0x20.
// Bytes that are not UTF-8 are passed on; callers that can't vouch for their text use `append_json_string_lossy`.
void append_json_string(std::string& out, std::string_view text);

// The same for text from outside: each byte that does not belong to well-formed UTF-8 becomes U+FFFD.
void append_json_string_lossy(std::string& out, std::string_view text);

}  // namespace jury
