#pragma once
// A compiled model with what a worker needs around it.

#include <cstddef>
#include <span>

#include "model/manifest.hpp"
#include "model/model.hpp"
#include "schema/field.hpp"

namespace jury::decision {

struct served_model {
  model::model scorer;
  model::manifest manifest;
  schema::object_schema schema;

  // Of the blob that model::compile made, which must outlive it. The loader calls it too, so that what can't be served
  // is known before any worker is replaced.
  static result<served_model> open(std::span<const std::byte> blob);
};

}  // namespace jury::decision
