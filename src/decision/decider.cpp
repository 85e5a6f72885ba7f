#include "decision/decider.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/json_text.hpp"

namespace jury::decision {

double verdict::score() const { return *std::ranges::max_element(scores); }

verdict decide(const model::model& scorer, const model::policy& policy, std::span<const double> row) {
  verdict outcome{.margins = numbers<2>(scorer.outputs()), .scores = numbers<2>(scorer.outputs())};
  scorer.margins(row, outcome.margins);
  scorer.scores(outcome.margins, outcome.scores);
  outcome.label = policy.decide(outcome.scores, scorer.arithmetic());
  return outcome;
}

std::string cache_prefix(std::string_view model_sha256, const model::policy& policy) {
  std::string identity(model_sha256);
  append_json_string(identity, policy.version);
  for (const auto& label : policy.labels) append_json_string(identity, label);
  identity += fmt::format("{}", policy.threshold);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(identity.data()), identity.size(), digest);
  return {reinterpret_cast<const char*>(digest), sizeof digest};
}

void make_cache_key(std::string& key, std::string_view prefix, std::span<const double> row) {
  key.assign(prefix);
  const std::size_t at = key.size();
  key.resize(at + row.size_bytes());
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double value = std::isnan(row[i]) ? std::numeric_limits<double>::quiet_NaN() : row[i] + 0.0;  // -0 + 0 is 0
    std::memcpy(key.data() + at + i * sizeof value, &value, sizeof value);
  }
}

}  // namespace jury::decision
