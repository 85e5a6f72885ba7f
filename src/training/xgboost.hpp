#pragma once
// Floor 3. The part of XGBoost's C API that training uses, with owners for its handles. Failures are exceptions of type
// xgboost_error; train() turns them into its result.

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "training/dataset.hpp"

namespace jury::training {

struct xgboost_error : std::runtime_error {
  using runtime_error::runtime_error;
};

// A table in XGBoost's form. Copies the numbers.
class matrix {
 public:
  matrix(const dataset& data, unsigned n_jobs);
  matrix(const matrix&) = delete;
  matrix& operator=(const matrix&) = delete;
  ~matrix();
  [[nodiscard]] void* handle() const noexcept { return handle_; }

 private:
  void* handle_ = nullptr;
};

class booster {
 public:
  explicit booster(std::span<const matrix* const> matrices);
  booster(const booster&) = delete;
  booster& operator=(const booster&) = delete;
  ~booster();

  void set(const std::string& name, const std::string& value);
  // Names and types of the features, for the saved model.
  void describe(const dataset& data);
  void update(int round, const matrix& data);
  // One round on given gradients: rows x outputs, row-major.
  void boost(const matrix& data, std::vector<float>& gradients, std::vector<float>& hessians);
  // rows x outputs, row-major.
  [[nodiscard]] std::vector<double> margins(const matrix& data) const;
  [[nodiscard]] std::string save_json() const;

 private:
  void* handle_ = nullptr;
};

}  // namespace jury::training
