#include "training/train.hpp"

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/progress_bar.hpp"
#include "process/child.hpp"

namespace jury::cli {
namespace {

struct options {
  std::string table;
  std::string out;
  std::string algorithm = "forest";
  training::options how;
};

int run(options& given) {
  given.how.out = given.out;
  given.how.algorithm = given.algorithm == "forest" ? training::algorithm::forest : training::algorithm::boosting;
  const auto refuse = [](const error& why) {
    fmt::print(stderr, "jury train: {}\n", why.message);
    return process::exit_failure;
  };
  const auto table = model::table::read(given.table);
  if (!table) return refuse(table.error());
  result<training::report> trained = fail("");
  {
    progress_bar bar("training");
    trained = training::train(*table, given.how, [&](const training::progress& now) {
      bar.update(static_cast<std::size_t>(now.done), static_cast<std::size_t>(now.total),
                 fmt::format("held-out {} {:.4f}", now.metric, now.value));
    });
  }
  if (!trained) return refuse(trained.error());
  fmt::print("learned from {} rows, held out {}\n", trained->rows, trained->held_out_rows);
  for (const auto& [name, value] : trained->metrics) fmt::print("held-out {}: {:.4f}\n", name, value);
  fmt::print("wrote {} and {}\n", trained->model_file.string(), trained->manifest_file.string());
  return process::exit_success;
}

}  // namespace

void add_train(CLI::App& program, action& chosen) {
  CLI::App& command = *program.add_subcommand("train", "Train a model on a table");
  auto given = std::make_shared<options>();  // shared by the option bindings and the action
  training::options& how = given->how;
  command.add_option("TABLE", given->table, "CSV file with a header")->required();
  add(command, "--target", how.target, "Column to predict")->required();
  add(command, "--out", given->out, "Folder for model.json and manifest.json")->required();
  add(command, "--algorithm", given->algorithm, "forest or boosting")->check(CLI::IsMember({"forest", "boosting"}));
  add(command, "--trees", how.trees, "Trees of a forest, rounds of boosting")->check(CLI::Range(1, 10'000));
  add(command, "--depth", how.depth, "Depth of a tree; 0: 8 for a forest, 6 for boosting")->check(CLI::Range(0, 16));
  add(command, "--learning-rate", how.learning_rate, "Of boosting")->check(CLI::Range(1e-6, 1.0));
  add(command, "--held-out", how.held_out, "Share of the rows kept for the metrics")->check(CLI::Range(0.01, 0.5));
  add(command, "--n-jobs", how.n_jobs, "Threads; 0: one a CPU")->check(CLI::Range(0U, most_jobs));
  add(command, "--seed", how.seed, "Of every random choice");
  add(command, "--name", how.name, "Name of the model; default: the target's");
  add(command, "--model-version", how.version, "Version of the model");
  command.callback([&chosen, given] { chosen = [given] { return run(*given); }; });
}

}  // namespace jury::cli
