// Arbitrary bytes as manifest.json: what parses is written and read back equal.

#include <cstddef>
#include <cstdint>

#include "model/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest = jury::model::parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) return 0;
  const auto again = jury::model::parse_manifest(jury::model::to_json(*manifest));
  if (!again || *again != *manifest) __builtin_trap();
  return 0;
}
