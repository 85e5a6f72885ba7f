#pragma once
// Floor 1. From the JSON text of a request to a row of doubles, in one pass; or to all that is wrong with it.
//
// The readings are FastAPI's (pydantic's lax mode): "1_000" is an integer, 1.0 too, "yes" is true; a duplicate key's
// last value counts. Beyond it on purpose: NaN and Infinity are no JSON, 1e999 is not finite, UTF-16 and lone
// surrogates are refused with 400, and so is nesting past 32.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string_view>

#include "schema/field.hpp"
#include "schema/validation_error.hpp"

namespace jury::schema {

enum class presence : std::uint8_t {
  given,
  null,    // nullable and null
  absent,  // not required and not there: the row has the default
};

// What bind found besides the row; both have one element a field. Valid until the binder's next bind and as long as the
// body and the schema.
struct bound_object {
  std::span<const presence> presences;
  // The decoded text of string fields, or their default; empty for other types.
  std::span<const std::string_view> strings;
};

// Keeps its buffers from body to body: one per worker thread, not to be shared. The schema must outlive it.
//
//   binder bind(schema);
//   std::vector<double> row(schema.row_size());
//   const auto request = bind.bind(body, row);
//   if (!request) {
//     request.error().append_to(answer);  // and request.error().status
//   }
class binder {
 public:
  // The largest depth of arrays and objects; deeper bodies are refused with 400.
  static constexpr std::size_t max_depth = 32;

  explicit binder(const object_schema& schema);
  binder(binder&&) noexcept;
  binder& operator=(binder&&) noexcept;
  ~binder();

  // Fills `row` (exactly schema.row_size() doubles): integers, numbers, booleans as 0 or 1, categories as their codes;
  // NaN for null and for an absent field without default. After a refusal the row's content is unspecified. Once the
  // buffers have grown it allocates only to refuse, and for some numbers that come as strings.
  [[nodiscard]] std::expected<bound_object, refusal> bind(std::string_view body, std::span<double> row);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// The refusal of a body whose content type is absent or not JSON's: a missing body when empty, else "not an object"
// with the whole text as input.
[[nodiscard]] refusal bind_text(std::string_view body);

// application/json and application/*+json in any case, parameters ignored.
[[nodiscard]] bool is_json_content_type(std::string_view content_type);

}  // namespace jury::schema
