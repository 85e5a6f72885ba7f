#pragma once
// Floor 1. From the nodes of an ensemble to columns of one byte: which column and rank stand for which comparison.

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "model/ensemble.hpp"
#include "model/kernel_plan.hpp"

namespace jury::model {

// What a node of the kernels compares: left iff codes[column] <= rank.
struct column_test {
  std::uint32_t column = 0;
  std::uint8_t rank = 0;
};

// Collects all splits of an ensemble, numbers the columns, and writes quantizers and lookups into a plan.
class column_set {
 public:
  explicit column_set(const ensemble& ensemble);

  // False if the kernels can't hold it: too many columns, or lookup tables too large.
  [[nodiscard]] bool number(kernel_plan& plan);

  // Of a split of the ensemble, after number().
  [[nodiscard]] column_test test(const node& split) const;

 private:
  using source = std::pair<std::uint32_t, comparison>;       // feature, comparison
  using variant = std::tuple<missing, bool, std::uint32_t>;  // missing, default left, part of 255 thresholds
  using member = std::pair<std::uint32_t, bool>;             // set, default left

  struct numeric {
    std::vector<double> thresholds;  // sorted, distinct
    std::map<variant, std::uint32_t> columns;
  };

  void number_quantizers(kernel_plan& plan);
  [[nodiscard]] bool number_lookups(kernel_plan& plan);
  static variant variant_of(const node& split, std::size_t rank);
  static std::size_t rank_of(const numeric& numeric, const node& split);

  const ensemble& ensemble_;
  std::map<source, numeric> numerics_;
  std::map<source, std::map<member, std::uint32_t>> sets_;
};

}  // namespace jury::model
