#include "model/xgboost_objective.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace jury::model::xgboost {
namespace {

enum class inverse { identity, logit, log };

struct objective {
  std::string_view name;
  jury::model::link link;
  xgboost::inverse inverse;
};

constexpr objective objectives[] = {
    {"reg:squarederror", link::identity, inverse::identity},
    {"reg:linear", link::identity, inverse::identity},
    {"reg:squaredlogerror", link::identity, inverse::identity},
    {"reg:pseudohubererror", link::identity, inverse::identity},
    {"reg:absoluteerror", link::identity, inverse::identity},
    {"reg:quantileerror", link::identity, inverse::identity},
    {"rank:pairwise", link::identity, inverse::identity},
    {"rank:ndcg", link::identity, inverse::identity},
    {"rank:map", link::identity, inverse::identity},
    {"binary:logitraw", link::identity, inverse::identity},
    {"reg:logistic", link::logistic, inverse::logit},
    {"binary:logistic", link::logistic, inverse::logit},
    {"binary:hinge", link::hinge, inverse::identity},
    {"count:poisson", link::exp, inverse::log},
    {"reg:gamma", link::exp, inverse::log},
    {"reg:tweedie", link::exp, inverse::log},
    {"survival:cox", link::exp, inverse::log},
    {"survival:aft", link::exp_f64, inverse::log},
    {"multi:softprob", link::softmax, inverse::identity},
    {"multi:softmax", link::softmax, inverse::identity},
};

const objective* find(std::string_view name) {
  const auto* found = std::ranges::find(objectives, name, &objective::name);
  return found == std::end(objectives) ? nullptr : found;
}

result<std::vector<float>> numbers(std::string_view text) {
  const auto refuse = [&] { return fail(fmt::format("base_score: expected a number or [numbers], got \"{}\"", text)); };
  auto rest = text;
  const auto space = [&] { rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n\r"), rest.size())); };
  space();
  const bool is_list = rest.starts_with('[') || rest.starts_with('(');
  if (is_list) rest.remove_prefix(1);
  std::vector<float> values;
  for (;;) {
    space();
    float value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc() || !std::isfinite(value)) return refuse();
    values.push_back(value);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    space();
    if (!is_list || !rest.starts_with(',')) break;
    rest.remove_prefix(1);
  }
  if (is_list) {
    if (!rest.starts_with(']') && !rest.starts_with(')')) return refuse();
    rest.remove_prefix(1);
    space();
  }
  if (!rest.empty()) return refuse();
  return values;
}

result<float> margin(inverse inverse, float score, bool clamps) {
  switch (inverse) {
    case inverse::identity:
      return score;
    case inverse::logit:
      if (clamps) score = std::clamp(score, 1e-6F, 1.0F - 1e-6F);
      if (!(score > 0 && score < 1)) {
        return fail(fmt::format("base_score: expected a probability between 0 and 1, got {}", score));
      }
      return -std::log(1.0F / score - 1.0F);
    case inverse::log:
      if (!(score > 0)) return fail(fmt::format("base_score: expected a positive number, got {}", score));
      return std::log(score);
  }
  return score;
}

}  // namespace

result<link> link_of(const file& file) {
  if (const auto* known = find(file.objective)) return known->link;
  return fail(fmt::format("the objective \"{}\" is not supported", file.objective));
}

result<std::vector<double>> base_margins(const file& file, std::size_t outputs) {
  auto scores = numbers(file.base_score);
  if (!scores) return std::unexpected(std::move(scores).error());
  if (scores->size() == 1) scores->resize(outputs, scores->front());
  if (scores->size() != outputs) {
    return fail(fmt::format("base_score: {} numbers for {} outputs", scores->size(), outputs));
  }
  const bool clamps = file.major > 3 || (file.major == 3 && file.minor >= 1);
  const auto* known = find(file.objective);
  std::vector<double> margins;
  for (const auto score : *scores) {
    const auto value = margin(known == nullptr ? inverse::identity : known->inverse, score, clamps);
    if (!value) return std::unexpected(value.error());
    margins.push_back(*value);
  }
  return margins;
}

}  // namespace jury::model::xgboost
