#pragma once
// Floor 1. The ways to margins: the reference interpreter, and the kernels that equal it bit for bit.

#include <span>

#include "model/blob_view.hpp"

namespace jury::model {

// One node after the other, as the definitions in ensemble.hpp read.
void reference_margins(const blob_view& view, std::span<const double> row, std::span<double> out) noexcept;

// The kernel that the blob was laid out for: the row is turned into one byte a column, then trees are walked `lanes` at
// a time without a branch, and summed in their order.
void kernel_margins(const blob_view& view, std::span<const double> row, std::span<double> out) noexcept;

// One byte a column from one row. `codes` holds at least view.header->columns bytes.
void encode_columns(const blob_view& view, std::span<const double> row, std::uint8_t* codes) noexcept;

}  // namespace jury::model
