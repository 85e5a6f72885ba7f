#include "decision/served_model.hpp"

#include "decision/request_schema.hpp"

namespace jury::decision {

result<served_model> served_model::open(std::span<const std::byte> blob) {
  auto scorer = model::model::open(blob);
  if (!scorer) return std::unexpected(scorer.error());
  auto manifest = model::parse_manifest(scorer->manifest_text());
  if (!manifest) return std::unexpected(manifest.error());
  auto schema = request_schema(*manifest);
  if (!schema) return std::unexpected(schema.error());
  return served_model{std::move(*scorer), std::move(*manifest), std::move(*schema)};
}

}  // namespace jury::decision
