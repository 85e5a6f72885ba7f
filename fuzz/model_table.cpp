// Arbitrary bytes as a CSV table: parsed tables have as many cells as they say.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto table = jury::model::table::parse({reinterpret_cast<const char*>(data), size});
  if (!table) return 0;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    for (std::size_t column = 0; column < table->columns(); ++column) {
      const auto cell = table->cell(row, column);
      static_cast<void>(jury::model::parse_number(cell));
      if (cell.size() > size) __builtin_trap();
    }
  }
  return 0;
}
