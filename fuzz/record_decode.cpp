// Arbitrary bytes as a record: decoding ends, and what decodes encodes to the same bytes and has a JSON form.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "record/record.hpp"
#include "record/record_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto decoded = jury::decode(bytes);
  if (!decoded) return 0;
  std::string again;
  jury::encode(*decoded, again);
  if (again.size() != size || !std::equal(again.begin(), again.end(), reinterpret_cast<const char*>(data)))
    std::abort();
  if (jury::decision_id_of(bytes) != decoded->decision_id) std::abort();
  std::string json;
  jury::append_json(json, *decoded);
  if (json.empty()) std::abort();
  return 0;
}
