#include "model/model.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "model/blob_layout.hpp"
#include "model/compile.hpp"
#include "model/expect_error.hpp"
#include "model/manifest.hpp"
#include "model/tiny_model.hpp"

namespace jury::model::test {
namespace {

blob tiny_blob() { return compile(tiny_model, std::nullopt, "tiny").value(); }

blob with_link(link link, std::uint32_t outputs = 1) {
  ensemble made{.features = 1, .outputs = outputs, .link = link};
  made.base.resize(outputs);
  return compile(made, derive_manifest(made, "m"), std::string(64, '0')).value();
}

std::vector<double> scores(const blob& bytes, std::vector<double> margins) {
  model::open(bytes.bytes()).value().scores(margins, margins);
  return margins;
}

TEST(model, tells_what_inspect_shows) {
  const auto bytes = tiny_blob();
  const auto opened = model::open(bytes.bytes()).value();
  const auto summary = opened.summary();
  EXPECT_EQ(summary.objective, "binary:logistic");
  EXPECT_EQ(summary.link, link::logistic);
  EXPECT_EQ(summary.features, 2U);
  EXPECT_EQ(summary.used_features, 2U);
  EXPECT_EQ(summary.trees, 2U);
  EXPECT_EQ(summary.nodes, 6U);
  EXPECT_EQ(summary.leaves, 4U);
  EXPECT_EQ(summary.depth, 2U);
  EXPECT_EQ(summary.category_nodes, 1U);
  EXPECT_EQ(summary.base, std::vector<double>{0});
  EXPECT_EQ(summary.blob_bytes, bytes.bytes().size());
  EXPECT_EQ(opened.features(), 2U);
  EXPECT_EQ(opened.outputs(), 1U);
}

TEST(model, carries_the_hash_of_its_file_and_its_manifest) {
  const auto bytes = compile("{\"learner\": 1}", std::nullopt);
  EXPECT_FALSE(bytes.has_value());
  const auto tiny = tiny_blob();
  const auto opened = model::open(tiny.bytes()).value();
  std::string hex;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(tiny_model.data()), tiny_model.size(), digest);
  for (const auto byte : digest) hex += fmt::format("{:02x}", byte);
  EXPECT_EQ(opened.sha256(), hex);
  const auto manifest = parse_manifest(opened.manifest_text()).value();
  EXPECT_EQ(manifest.name, "tiny");
  EXPECT_EQ(manifest.features[1].type, feature_type::category);
  EXPECT_EQ(manifest.policy.labels, (std::vector<std::string>{"0", "1"}));
}

TEST(model, links_margins_by_the_formulas_of_xgboost) {
  EXPECT_EQ(scores(with_link(link::identity), {0.25}), std::vector<double>{0.25});
  EXPECT_EQ(scores(with_link(link::logistic), {0}), std::vector<double>{0.5});
  EXPECT_EQ(scores(with_link(link::logistic), {-1000}), std::vector<double>{1.0F / (std::exp(88.7F) + 1.0F)});
  EXPECT_EQ(scores(with_link(link::hinge), {0}), std::vector<double>{0});
  EXPECT_EQ(scores(with_link(link::hinge), {1e-30}), std::vector<double>{1});
  EXPECT_EQ(scores(with_link(link::exp), {1}), std::vector<double>{std::exp(1.0F)});
  EXPECT_EQ(scores(with_link(link::softmax, 2), {3, 3}), (std::vector<double>{0.5, 0.5}));
}

TEST(model, prints_numbers_that_parse_back_to_the_same_float) {
  const auto bytes = tiny_blob();
  const auto opened = model::open(bytes.bytes()).value();
  std::string text;
  opened.append_number(text, 0.1F);
  EXPECT_EQ(text, "0.1");
  std::mt19937 random(1);
  for (int i = 0; i < 10000; ++i) {
    const auto bits = static_cast<std::uint32_t>(random());
    float value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value)) continue;
    text.clear();
    opened.append_number(text, value);
    EXPECT_EQ(std::strtof(text.c_str(), nullptr), value) << text;
  }
}

TEST(model, refuses_what_is_not_a_blob) {
  auto bytes = tiny_blob();
  EXPECT_ERROR(model::open(bytes.bytes().first(10)), "too short");
  EXPECT_ERROR(model::open(bytes.bytes().subspan(1)), "multiple of 64");
  EXPECT_ERROR(model::open(bytes.bytes().first(bytes.bytes().size() - 64)), "should have");
  bytes.bytes()[8] = std::byte{99};
  EXPECT_ERROR(model::open(bytes.bytes()), "format 99");
  bytes.bytes()[0] = std::byte{0};
  EXPECT_ERROR(model::open(bytes.bytes()), "not a compiled model");
}

// A lopsided tree that only the path kernel takes, in double arithmetic.
blob deep_blob() {
  ensemble made{.features = 2, .arithmetic = arithmetic::f64, .base = {0}};
  tree chain;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const auto compare = i % 2 == 0 ? comparison::less_equal_f64 : comparison::in_set_f64;
    chain.nodes.push_back(
        {.value = i / 3.0, .left = 2 * i + 1, .right = 2 * i + 2, .feature = i % 2, .compare = compare});
    chain.nodes.push_back({.value = 0.1});
  }
  chain.nodes.push_back({.value = -1});
  made.sets = {{1, 5, 40}};
  made.trees.assign(3, chain);
  return compile(made, derive_manifest(made, "deep"), std::string(64, '0')).value();
}

blob linear_blob() {
  ensemble made{.features = 2,
                .outputs = 2,
                .link = link::softmax,
                .base = {0, 0},
                .linear = {.weights = {1, 2, 3, 4}, .bias = {5, 6}}};
  return compile(made, derive_manifest(made, "linear"), std::string(64, '0')).value();
}

// Under the sanitizers a read outside of the blob ends the test.
TEST(model, a_damaged_blob_is_refused_or_scores_within_its_bounds) {
  std::mt19937_64 random(3);
  for (const auto& sound : {tiny_blob(), deep_blob(), linear_blob()}) {
    for (int i = 0; i < 10000; ++i) {
      auto damaged = sound;
      for (auto n = 1 + random() % 3; n > 0; --n) {
        // Half of the hits into the header, whose section table matters most.
        const auto end = random() % 2 == 0 ? sizeof(layout::header) : damaged.bytes().size();
        damaged.bytes()[16 + random() % (end - 16)] = static_cast<std::byte>(random());
      }
      const auto opened = model::open(damaged.bytes());
      if (!opened) continue;
      std::vector<double> row(opened->features(), 40.0);
      std::vector<double> out(opened->outputs());
      opened->margins(row, out);
      opened->reference_margins(row, out);
      opened->scores(out, out);
      static_cast<void>(opened->summary());
    }
  }
}

}  // namespace
}  // namespace jury::model::test
