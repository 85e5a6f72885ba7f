#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.hpp"
#include "model/compile.hpp"
#include "model/model.hpp"
#include "process/child.hpp"

namespace jury::cli {
namespace {

void print_features(const model::manifest& manifest) {
  for (const auto& feature : manifest.features) {
    fmt::print("  {}: {}{}", feature.name, to_string(feature.type), feature.required ? "" : ", may be missing");
    if (!feature.categories.empty()) fmt::print(", one of {}", fmt::join(feature.categories, " | "));
    if (feature.observed) fmt::print(", {} to {} in training", feature.observed->min, feature.observed->max);
    fmt::print("\n");
  }
}

int run(const std::string& path) {
  const auto refuse = [](const error& why) {
    fmt::print(stderr, "jury inspect: {}\n", why.message);
    return process::exit_failure;
  };
  const auto compiled = model::compile(path);
  if (!compiled) return refuse(compiled.error());
  const auto scorer = model::model::open(compiled->bytes());
  if (!scorer) return refuse(scorer.error());
  const auto manifest = model::parse_manifest(scorer->manifest_text());
  if (!manifest) return refuse(manifest.error());

  const auto facts = scorer->summary();
  fmt::print("model: {} {}\n", manifest->name, manifest->version);
  fmt::print("sha256: {}\n", facts.sha256);
  fmt::print("objective: {}, link {}, sums in {}\n", facts.objective, to_string(facts.link),
             to_string(facts.arithmetic));
  fmt::print("base margin: {}\n", fmt::join(facts.base, ", "));
  fmt::print("outputs: {}\n", facts.outputs);
  fmt::print("trees: {}, nodes {} (leaves {}, on categories {}), depth {}\n", facts.trees, facts.nodes, facts.leaves,
             facts.category_nodes, facts.depth);
  fmt::print("kernel: {}, {} bytes in memory\n", facts.kernel, facts.blob_bytes);
  if (manifest->policy.labels.empty()) {
    fmt::print("policy: {}, the score is the answer\n", manifest->policy.version);
  } else {
    fmt::print("policy: {}, labels {}", manifest->policy.version, fmt::join(manifest->policy.labels, " | "));
    fmt::print("{}\n", facts.outputs > 1 ? ""
                                         : fmt::format(", `{}` from score {}", manifest->policy.labels.back(),
                                                       manifest->policy.threshold));
  }
  fmt::print("features: {}, used {}\n", facts.features, facts.used_features);
  print_features(*manifest);
  return process::exit_success;
}

}  // namespace

void add_inspect(CLI::App& program, action& chosen) {
  CLI::App& command = *program.add_subcommand("inspect", "Say what is in a model");
  auto path = std::make_shared<std::string>();  // shared by the option binding and the action
  command.add_option("MODEL", *path, "Folder with model.json and manifest.json, or a model's file")->required();
  command.callback([&chosen, path] { chosen = [path] { return run(*path); }; });
}

}  // namespace jury::cli
