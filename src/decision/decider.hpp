#pragma once
// From a row to a decision: the cache, the model and the policy.

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/uuid.hpp"
#include "cache/memory_cache.hpp"
#include "model/manifest.hpp"
#include "model/model.hpp"

namespace jury::decision {

// A list of numbers that is mostly short.
template <std::size_t Usual>
using numbers = boost::container::small_vector<double, Usual>;

struct verdict {
  numbers<2> margins;
  numbers<2> scores;       // one, or one a class
  std::string_view label;  // of the policy; empty without labels. Lives as long as the manifest.

  // The score of the answer: the single one, or the label's.
  [[nodiscard]] double score() const;
};

struct cached_verdict {
  verdict outcome;
  uuid decision_id;  // the decision that was scored
};

// Scores `row` (NaN: missing). Thread-safe.
verdict decide(const model::model& scorer, const model::policy& policy, std::span<const double> row);

// What a cached decision depends on: the model's hash, the policy and the whole row, in which -0 is 0 and all NaN are
// one. `prefix` is cache_prefix(), a digest of the first two; the key replaces what `key` held.
std::string cache_prefix(std::string_view model_sha256, const model::policy& policy);
void make_cache_key(std::string& key, std::string_view prefix, std::span<const double> row);

using verdict_cache = cache::memory_cache<cached_verdict>;

}  // namespace jury::decision
