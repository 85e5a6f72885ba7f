#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <utility>

#include "cli/command.hpp"
#include "model/compile.hpp"
#include "process/child.hpp"
#include "training/dataset.hpp"

namespace jury::cli {
namespace {

struct options {
  std::string model;
  std::string table;
};

// What was guessed: the manifest is to be read over, and this says where.
template <typename... Values>
void note(fmt::format_string<Values...> format, Values&&... values) {
  fmt::print(stderr, "jury manifest: {}\n", fmt::format(format, std::forward<Values>(values)...));
}

// A model that does not name its features takes them in the order of the table's columns.
result<void> name_features(model::manifest& manifest, const model::table& table) {
  if (std::ranges::any_of(manifest.features,
                          [&](const auto& feature) { return table.find(feature.name).has_value(); })) {
    return {};
  }
  if (table.columns() < manifest.features.size()) {
    return fail(fmt::format("the model takes {} features without names, and the table has only {} columns",
                            manifest.features.size(), table.columns()));
  }
  const auto names = std::span(table.header()).first(manifest.features.size());
  for (std::size_t i = 0; i < names.size(); ++i) manifest.features[i].name = names[i];
  note("the model does not name its features: taken for the table's first {} columns in order: {}", names.size(),
       fmt::join(names, ", "));
  return {};
}

// "`no` as 0, `yes` as 1"
std::string codes_of(const std::vector<std::string>& categories) {
  std::string text;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    text += fmt::format("{}`{}` as {}", i == 0 ? "" : ", ", categories[i], i);
  }
  return text;
}

// What the table says about each feature; what the model says about them stays: their names and order.
result<void> learn_features(model::manifest& manifest, const model::table& table) {
  if (auto named = name_features(manifest, table); !named) return named;
  for (auto& feature : manifest.features) {
    const auto column = table.find(feature.name);
    if (!column) return fail(fmt::format("the table has no column `{}`, a feature of the model", feature.name));
    auto described = training::describe_column(table, *column);
    if (!described) return std::unexpected(described.error());
    const bool text = described->type == model::feature_type::category;
    const bool codes = feature.type == model::feature_type::category;
    if (text && !codes && described->categories.size() > 2) {
      return fail(fmt::format("column `{}` holds text, but the model takes a number there: encode it as in training",
                              feature.name));
    }
    if (text && !codes) {
      note(
          "column `{}` holds text, but the model takes a number there: coded {} in alphabetical order; check that "
          "training did the same",
          feature.name, codes_of(described->categories));
    }
    // A column of codes stays one: the table can't tell that they name categories.
    if (codes && !text) described->type = model::feature_type::category;
    feature = std::move(*described);
  }
  return {};
}

int run(const options& given) {
  const auto refuse = [](const error& why) {
    fmt::print(stderr, "jury manifest: {}\n", why.message);
    return process::exit_failure;
  };
  auto manifest = model::derive_manifest(given.model);
  if (!manifest) return refuse(manifest.error());
  const auto table = model::table::read(given.table);
  if (!table) return refuse(table.error());
  if (const auto learned = learn_features(*manifest, *table); !learned) return refuse(learned.error());
  fmt::print("{}", to_json(*manifest));
  return process::exit_success;
}

}  // namespace

void add_manifest(CLI::App& program, action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "manifest", "Write a manifest for a model to standard output, to be read over and put beside it");
  auto given = std::make_shared<options>();  // shared by the option bindings and the action
  command.add_option("MODEL", given->model, "Folder with model.json, or a model's file")->required();
  add(command, "--from", given->table, "CSV table with the features' types, categories, ranges and missing values")
      ->required();
  command.callback([&chosen, given] { chosen = [given] { return run(*given); }; });
}

}  // namespace jury::cli
