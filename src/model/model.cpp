#include "model/model.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "model/blob_view.hpp"
#include "model/kernel.hpp"
#include "model/link.hpp"

namespace jury::model {
namespace {

std::string_view text(std::span<const char> characters) noexcept { return {characters.data(), characters.size()}; }

std::string_view name(layout::kernel kernel) noexcept {
  static constexpr std::array<std::string_view, 5> names{"reference", "linear", "complete trees, 2-byte nodes",
                                                         "complete trees, 4-byte nodes", "paths, 8-byte nodes"};
  return names[static_cast<std::size_t>(kernel)];
}

}  // namespace

result<model> model::open(std::span<const std::byte> blob) {
  auto view = view_blob(blob);
  if (!view) return std::unexpected(std::move(view).error());
  return model(std::make_shared<const blob_view>(*view));
}

std::size_t model::features() const noexcept { return view_->header->features; }
std::size_t model::outputs() const noexcept { return view_->header->outputs; }

arithmetic model::arithmetic() const noexcept {
  return static_cast<jury::model::arithmetic>(view_->header->arithmetic);
}

std::string_view model::sha256() const noexcept { return text(view_->header->sha256); }
std::string_view model::manifest_text() const noexcept { return text(view_->manifest); }

void model::margins(std::span<const double> row, std::span<double> out) const noexcept {
  kernel_margins(*view_, row, out);
}

void model::reference_margins(std::span<const double> row, std::span<double> out) const noexcept {
  jury::model::reference_margins(*view_, row, out);
}

void model::scores(std::span<const double> margins, std::span<double> out) const noexcept {
  apply_link(static_cast<link>(view_->header->link), arithmetic(), margins, out);
}

void model::append_number(std::string& text, double value) const {
  std::array<char, 32> digits;
  auto* const end = digits.data() + digits.size();
  const auto written = arithmetic() == arithmetic::f32 ? std::to_chars(digits.data(), end, static_cast<float>(value))
                                                       : std::to_chars(digits.data(), end, value);
  text.append(digits.data(), written.ptr);
}

jury::model::summary model::summary() const {
  const auto& header = *view_->header;
  jury::model::summary out{.objective = text(view_->objective),
                           .kernel = name(header.kernel),
                           .link = static_cast<link>(header.link),
                           .arithmetic = arithmetic(),
                           .features = header.features,
                           .outputs = header.outputs,
                           .trees = view_->trees.size(),
                           .nodes = view_->nodes.size(),
                           .base = {view_->base.begin(), view_->base.end()},
                           .blob_bytes = header.size,
                           .sha256 = sha256()};
  std::set<std::uint32_t> used;
  for (const auto& node : view_->nodes) {
    if (node.left == leaf) {
      ++out.leaves;
      continue;
    }
    used.insert(node.feature);
    if (node.compare >= static_cast<std::uint8_t>(comparison::in_set_f32)) ++out.category_nodes;
  }
  for (const auto& tree : view_->trees) out.depth = std::max<std::size_t>(out.depth, tree.depth);
  for (std::size_t i = 0; i < view_->weights.size(); ++i) {
    if (view_->weights[i] != 0) used.insert(static_cast<std::uint32_t>(i / header.outputs));
  }
  out.used_features = used.size();
  return out;
}

}  // namespace jury::model
