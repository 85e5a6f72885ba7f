#pragma once
// Floor 1. A compiled model, ready to score: a view on a blob made by compile() (model/compile.hpp).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/ensemble.hpp"

namespace jury::model {

struct blob_view;

// What `jury inspect` shows.
struct summary {
  std::string_view objective;  // as the model's file names it
  std::string_view kernel;     // how margins() walks: "complete trees, 2-byte nodes", …, "reference", "linear"
  jury::model::link link = link::identity;
  jury::model::arithmetic arithmetic = arithmetic::f32;
  std::size_t features = 0;
  std::size_t used_features = 0;  // that some node or weight looks at
  std::size_t outputs = 0;
  std::size_t trees = 0;
  std::size_t nodes = 0;  // leaves included
  std::size_t leaves = 0;
  std::size_t depth = 0;  // of the deepest tree; a single leaf has depth 0
  std::size_t category_nodes = 0;
  std::vector<double> base;  // margin before the first tree, one an output
  std::size_t blob_bytes = 0;
  std::string_view sha256;
};

// Cheap to copy. Does not own the blob: the bytes must outlive every copy and must not change. All members may be
// called from any number of threads.
class model {
 public:
  // Checks every offset, count and index once, so that no later call can read outside of a damaged or hostile blob.
  // The blob must be aligned to 64 bytes (what mmap and compile() give).
  [[nodiscard]] static result<model> open(std::span<const std::byte> blob);

  [[nodiscard]] std::size_t features() const noexcept;
  [[nodiscard]] std::size_t outputs() const noexcept;  // margins a row: 1, or one a class
  [[nodiscard]] jury::model::arithmetic arithmetic() const noexcept;
  [[nodiscard]] std::string_view sha256() const noexcept;         // of the model's file, 64 lower-case hex digits
  [[nodiscard]] std::string_view manifest_text() const noexcept;  // JSON; parse_manifest accepts it
  [[nodiscard]] jury::model::summary summary() const;

  // Raw scores of one row, before the link, equal bit for bit to the library the model came from. `row` holds
  // features() values, NaN for a missing one; `out` takes outputs() values, each exactly a float32 if arithmetic() is
  // f32. Allocates nothing.
  void margins(std::span<const double> row, std::span<double> out) const noexcept;

  // The same numbers from the slow and obvious interpreter: the oracle for margins().
  void reference_margins(std::span<const double> row, std::span<double> out) const noexcept;

  // Margins through the link: probabilities for logistic and softmax, expected values for exp. Both spans hold
  // outputs() values and may be the same.
  void scores(std::span<const double> margins, std::span<double> out) const noexcept;

  // The shortest decimal text that parses back to the same value of arithmetic(): 0.1, not 0.10000000149011612. NaN
  // and infinities, which no sound model gives, become `nan` and `inf`.
  void append_number(std::string& text, double value) const;

 private:
  explicit model(std::shared_ptr<const blob_view> view) : view_(std::move(view)) {}
  std::shared_ptr<const blob_view> view_;  // shared by the copies of this model; the resolved sections of the blob
};

}  // namespace jury::model
