#include "base/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace jury::metrics {
namespace {

// The cells of a histogram: its buckets, then the sum of all observations in nanoseconds.
constexpr std::size_t histogram_cells = buckets + 1;

std::string_view name_of(kind type) {
  switch (type) {
    case kind::counter:
      return "counter";
    case kind::gauge:
      return "gauge";
    case kind::histogram:
      return "histogram";
  }
  return "";
}

std::string in_braces(std::string_view labels, std::string_view more = {}) {
  if (labels.empty() && more.empty()) return {};
  return fmt::format("{{{}{}{}}}", labels, labels.empty() || more.empty() ? "" : ",", more);
}

}  // namespace

std::size_t registry::add(kind type, std::string name, std::string help, std::string labels) {
  const std::size_t first = cells_;
  families_.push_back({type, std::move(name), std::move(help), std::move(labels), first});
  cells_ += type == kind::histogram ? histogram_cells : 1;
  return first;
}

std::string registry::render(std::span<const std::span<cell>> blocks) const {
  const auto sum = [&](std::size_t index) {
    std::uint64_t total = 0;
    for (const auto& each : blocks) total += each[index].load(std::memory_order_relaxed);
    return total;
  };
  std::string text;
  const auto out = std::back_inserter(text);
  std::string_view previous;
  for (const family& each : families_) {
    if (each.name != previous) {
      fmt::format_to(out, "# HELP {} {}\n# TYPE {} {}\n", each.name, each.help, each.name, name_of(each.type));
      previous = each.name;
    }
    if (each.type != kind::histogram) {
      fmt::format_to(out, "{}{} {}\n", each.name, in_braces(each.labels), sum(each.first));
      continue;
    }
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
      count += sum(each.first + i);
      const auto bound =
          i + 1 < buckets ? fmt::format("{}", static_cast<double>(bucket_bounds[i]) / 1e9) : std::string("+Inf");
      fmt::format_to(out, "{}_bucket{} {}\n", each.name, in_braces(each.labels, fmt::format("le=\"{}\"", bound)),
                     count);
    }
    fmt::format_to(out, "{}_sum{} {}\n", each.name, in_braces(each.labels),
                   static_cast<double>(sum(each.first + buckets)) / 1e9);
    fmt::format_to(out, "{}_count{} {}\n", each.name, in_braces(each.labels), count);
  }
  return text;
}

void registry::forget_gauges(std::span<cell> block) const {
  for (const family& each : families_) {
    if (each.type == kind::gauge) block[each.first].store(0, std::memory_order_relaxed);
  }
}

void block::observe(std::size_t histogram, std::uint64_t nanoseconds) const noexcept {
  const auto* const bound = std::ranges::lower_bound(bucket_bounds, nanoseconds);
  add(histogram + static_cast<std::size_t>(bound - std::begin(bucket_bounds)));
  add(histogram + buckets, nanoseconds);
}

}  // namespace jury::metrics
