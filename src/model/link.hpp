#pragma once
// Floor 1. From margins to scores, in the formulas and the number format of the library the model came from.

#include <span>

#include "model/ensemble.hpp"

namespace jury::model {

// `out` has the size of `margins` and may be the same memory.
void apply_link(link link, arithmetic arithmetic, std::span<const double> margins, std::span<double> out) noexcept;

}  // namespace jury::model
