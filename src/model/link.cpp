#include "model/link.hpp"

#include <algorithm>
#include <cmath>

#pragma STDC FP_CONTRACT OFF

namespace jury::model {
namespace {

// XGBoost's Sigmoid (common/math.h): the bound keeps exp from overflowing, the tiny term a division from failing.
float sigmoid(float x) noexcept {
  const float power = std::exp(std::min(-x, 88.7F));
  const float denominator = power + 1.0F + 1e-16F;
  return 1.0F / denominator;
}

double sigmoid(double x) noexcept { return 1.0 / (1.0 + std::exp(-x)); }

// XGBoost's Softmax: powers in the model's format, their sum in double.
template <typename Real>
void softmax(std::span<const double> margins, std::span<double> out) noexcept {
  auto largest = static_cast<Real>(margins[0]);
  for (const auto margin : margins) largest = std::fmax(static_cast<Real>(margin), largest);
  double sum = 0;
  for (std::size_t i = 0; i < margins.size(); ++i) {
    const Real power = std::exp(static_cast<Real>(margins[i]) - largest);
    out[i] = power;
    sum += power;
  }
  for (auto& power : out) power = static_cast<Real>(power) / static_cast<Real>(sum);
}

template <typename Real>
void apply(link link, std::span<const double> margins, std::span<double> out) noexcept {
  if (link == link::softmax) return softmax<Real>(margins, out);
  std::ranges::transform(margins, out.begin(), [link](double margin) -> double {
    const auto x = static_cast<Real>(margin);
    switch (link) {
      case link::logistic:
        return sigmoid(x);
      case link::hinge:
        return x > 0 ? 1 : 0;
      case link::exp:
        return std::exp(x);
      case link::exp_f64:
        return static_cast<Real>(std::exp(margin));
      default:
        return x;
    }
  });
}

}  // namespace

void apply_link(link link, arithmetic arithmetic, std::span<const double> margins, std::span<double> out) noexcept {
  if (arithmetic == arithmetic::f32)
    apply<float>(link, margins, out);
  else
    apply<double>(link, margins, out);
}

}  // namespace jury::model
