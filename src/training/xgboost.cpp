#include "training/xgboost.hpp"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace jury::training {
namespace {

void check(int status) {
  if (status == 0) return;
  const std::string_view said = XGBGetLastError();
  throw xgboost_error(fmt::format("XGBoost: {}", said.substr(0, said.find("\nStack trace"))));
}

const char* type_name(model::feature_type type) {
  switch (type) {
    case model::feature_type::boolean:
      return "i";
    case model::feature_type::integer:
      return "int";
    case model::feature_type::category:
      return "c";
    case model::feature_type::number:
      break;
  }
  return "float";
}

std::vector<const char*> types_of(const dataset& data) {
  std::vector<const char*> types;
  for (const auto& feature : data.features) types.push_back(type_name(feature.type));
  return types;
}

}  // namespace

matrix::matrix(const dataset& data, unsigned n_jobs) {
  const auto array =
      fmt::format(R"({{"data": [{}, true], "shape": [{}, {}], "typestr": "<f4", "version": 3}})",
                  reinterpret_cast<std::uintptr_t>(data.cells.data()), data.rows(), data.features.size());
  const auto config = fmt::format(R"({{"missing": NaN, "nthread": {}}})", n_jobs);
  check(XGDMatrixCreateFromDense(array.c_str(), config.c_str(), &handle_));
  try {
    auto types = types_of(data);
    check(XGDMatrixSetStrFeatureInfo(handle_, "feature_type", types.data(), types.size()));
    check(XGDMatrixSetFloatInfo(handle_, "label", data.target.data(), data.target.size()));
  } catch (...) {
    XGDMatrixFree(handle_);
    throw;
  }
}

matrix::~matrix() { XGDMatrixFree(handle_); }

booster::booster(std::span<const matrix* const> matrices) {
  std::vector<DMatrixHandle> handles;
  for (const auto* matrix : matrices) handles.push_back(matrix->handle());
  check(XGBoosterCreate(handles.data(), handles.size(), &handle_));
}

booster::~booster() { XGBoosterFree(handle_); }

void booster::set(const std::string& name, const std::string& value) {
  check(XGBoosterSetParam(handle_, name.c_str(), value.c_str()));
}

void booster::describe(const dataset& data) {
  auto types = types_of(data);
  check(XGBoosterSetStrFeatureInfo(handle_, "feature_type", types.data(), types.size()));
  std::vector<const char*> names;
  for (const auto& feature : data.features) {
    // XGBoost 1.7 saves other characters as broken escapes; the manifest has the names in any case.
    if (std::ranges::any_of(feature.name, [](char c) { return c < ' ' || c > '~'; })) return;
    names.push_back(feature.name.c_str());
  }
  check(XGBoosterSetStrFeatureInfo(handle_, "feature_name", names.data(), names.size()));
}

void booster::update(int round, const matrix& data) { check(XGBoosterUpdateOneIter(handle_, round, data.handle())); }

void booster::boost(const matrix& data, std::vector<float>& gradients, std::vector<float>& hessians) {
  check(XGBoosterBoostOneIter(handle_, data.handle(), gradients.data(), hessians.data(), gradients.size()));
}

std::vector<double> booster::margins(const matrix& data) const {
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;
  const auto* const config =
      R"({"type": 1, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": true})";
  check(XGBoosterPredictFromDMatrix(handle_, data.handle(), config, &shape, &dimensions, &values));
  std::size_t count = 1;
  for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
  return {values, values + count};
}

std::string booster::save_json() const {
  bst_ulong size = 0;
  const char* text = nullptr;
  check(XGBoosterSaveModelToBuffer(handle_, R"({"format": "json"})", &size, &text));
  return {text, size};
}

}  // namespace jury::training
