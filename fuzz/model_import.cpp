// Arbitrary bytes as a model's file: import, compile, open and score, with kernel and reference in agreement.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

#include "model/compile.hpp"
#include "model/model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t max_size = 1 << 20;
  if (size > max_size) return 0;
  const auto blob = jury::model::compile({reinterpret_cast<const char*>(data), size}, std::nullopt);
  if (!blob) return 0;
  const auto model = jury::model::model::open(blob->bytes());
  if (!model) __builtin_trap();  // whatever we compile, we open
  std::vector<double> fast(model->outputs());
  std::vector<double> slow(model->outputs());
  for (const double x : {0.0, 1.0, -1e300, 30.0, std::numeric_limits<double>::quiet_NaN()}) {
    const std::vector<double> row(model->features(), x);
    model->margins(row, fast);
    model->reference_margins(row, slow);
    if (std::memcmp(fast.data(), slow.data(), fast.size() * sizeof(double)) != 0) __builtin_trap();
    model->scores(fast, fast);
  }
  return 0;
}
