#include "model/compile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "model/expect_error.hpp"
#include "model/model.hpp"
#include "model/tiny_model.hpp"
#include "support/temporary_folder.hpp"

namespace jury::model::test {
namespace {

constexpr std::string_view good_manifest = R"({"name": "credit", "features": [
  {"name": "age", "type": "integer"}, {"name": "purpose", "type": "category", "categories": ["a", "b", "c", "d"]}],
  "policy": {"labels": ["bad", "good"]}})";

class model_folder : public testing::Test {
 protected:
  void write(std::string_view name, std::string_view text) const { std::ofstream(folder_ / name) << text; }

  static std::string name_in(const result<blob>& blob) {
    return parse_manifest(model::open(blob.value().bytes()).value().manifest_text()).value().name;
  }

  temporary_folder temporary_;
  std::filesystem::path folder_ = temporary_.path();
};

TEST_F(model_folder, compiles_with_its_manifest) {
  write("model.json", tiny_model);
  write("manifest.json", good_manifest);
  EXPECT_EQ(name_in(compile(folder_)), "credit");
  EXPECT_EQ(name_in(compile(folder_ / "model.json")), "credit");
}

TEST_F(model_folder, derives_a_manifest_when_there_is_none) {
  write("loans.json", tiny_model);
  EXPECT_EQ(name_in(compile(folder_ / "loans.json")), "loans");
}

TEST_F(model_folder, errors_name_the_file) {
  EXPECT_ERROR(compile(folder_), (folder_ / "model.json: No such file").string());
  write("model.json", "tree\nversion=v4\n");
  EXPECT_ERROR(compile(folder_), (folder_ / "model.json: expected a model of XGBoost").string());
  write("model.json", tiny_model);
  write("manifest.json", "{");
  EXPECT_ERROR(compile(folder_), (folder_ / "manifest.json: at the top").string());
}

TEST_F(model_folder, refuses_a_manifest_of_another_model) {
  write("model.json", tiny_model);
  write("manifest.json", R"({"features": [{"name": "age"}]})");
  EXPECT_ERROR(compile(folder_), "manifest.json: the manifest describes 1 features, but the model has 2");
  write("manifest.json", R"({"features": [{"name": "purpose"}, {"name": "age"}]})");
  EXPECT_ERROR(compile(folder_), "features[0] is \"purpose\" in the manifest, but \"age\" in the model");
  write("manifest.json", R"({"features": [{"name": "age"}, {"name": "purpose"}], "policy": {"labels": ["a"]}})");
  EXPECT_ERROR(compile(folder_), "expected 2 labels for a model with 1 outputs, got 1");
}

ensemble of_outputs(std::uint32_t outputs, link link) {
  ensemble made{.features = 1, .outputs = outputs, .link = link, .objective = "an:objective"};
  made.base.resize(outputs);
  return made;
}

TEST(compile, numbers_the_classes_that_a_manifest_does_not_name) {
  const manifest unnamed{.features = {{.name = "x"}}};
  const auto bytes = compile(of_outputs(3, link::softmax), unnamed, std::string(64, '0')).value();
  const auto written = parse_manifest(model::open(bytes.bytes()).value().manifest_text()).value();
  EXPECT_EQ(written.policy.labels, (std::vector<std::string>{"0", "1", "2"}));
}

TEST(compile, refuses_several_targets_that_are_no_classes) {
  for (const auto link : {link::identity, link::logistic}) {
    for (const std::vector<std::string>& labels : {std::vector<std::string>{}, {"a", "b"}}) {
      const manifest described{.features = {{.name = "x"}}, .policy = {.labels = labels}};
      EXPECT_ERROR(compile(of_outputs(2, link), described, std::string(64, '0')),
                   "the model predicts 2 targets (an:objective): a decision needs a single score");
    }
  }
}

TEST_F(model_folder, gives_equal_bytes_for_equal_files) {
  write("model.json", tiny_model);
  const auto once = compile(folder_ / "model.json").value();
  const auto again = compile(folder_ / "model.json").value();
  EXPECT_TRUE(std::ranges::equal(once.bytes(), again.bytes()));
}

}  // namespace
}  // namespace jury::model::test
