#pragma once
// Floor 1. Writes the neutral form and the kernel's layout into a blob.

#include <string_view>

#include "model/compile.hpp"
#include "model/ensemble.hpp"

namespace jury::model {

// The ensemble must have passed check(); `sha256` is 64 hex digits.
[[nodiscard]] blob write_blob(const ensemble& ensemble, std::string_view manifest, std::string_view sha256);

}  // namespace jury::model
