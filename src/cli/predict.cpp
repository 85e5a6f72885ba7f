#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/command.hpp"
#include "cli/progress_bar.hpp"
#include "model/compile.hpp"
#include "model/model.hpp"
#include "model/predict_table.hpp"
#include "process/child.hpp"

namespace jury::cli {
namespace {

struct options {
  std::string model;
  std::string table;
  unsigned n_jobs = 0;
  bool margin = false;
};

void append_csv(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::string header(const options& given, std::size_t outputs) {
  std::string line = "score,decision";
  if (given.margin) {
    for (std::size_t i = 0; i < outputs; ++i) line += outputs == 1 ? ",margin" : fmt::format(",margin_{}", i);
  }
  return line + '\n';
}

int run(const options& given) {
  const auto refuse = [](const error& why) {
    fmt::print(stderr, "jury predict: {}\n", why.message);
    return process::exit_failure;
  };
  const auto compiled = model::compile(given.model);
  if (!compiled) return refuse(compiled.error());
  const auto scorer = model::model::open(compiled->bytes());
  if (!scorer) return refuse(scorer.error());
  const auto manifest = model::parse_manifest(scorer->manifest_text());
  if (!manifest) return refuse(manifest.error());
  const auto table = model::table::read(given.table);
  if (!table) return refuse(table.error());

  result<model::predictions> scored = fail("");
  {
    progress_bar bar("scoring");
    scored = model::predict_table(*scorer, *manifest, *table, given.n_jobs,
                                  [&](std::size_t done, std::size_t total) { bar.update(done, total); });
  }
  if (!scored) return refuse(scored.error());

  std::string out = header(given, scorer->outputs());
  for (std::size_t row = 0; row < table->rows(); ++row) {
    const auto scores = scored->row_scores(row);
    scorer->append_number(out, *std::ranges::max_element(scores));
    out += ',';
    append_csv(out, manifest->policy.decide(scores, scorer->arithmetic()));
    for (const double margin : scored->row_margins(row)) {
      if (!given.margin) break;
      out += ',';
      scorer->append_number(out, margin);
    }
    out += '\n';
  }
  if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size() || std::fflush(stdout) != 0) {
    return refuse(error{fmt::format("standard output could not be written: {}", std::strerror(errno))});
  }
  return process::exit_success;
}

}  // namespace

void add_predict(CLI::App& program, action& chosen) {
  CLI::App& command = *program.add_subcommand("predict", "Score every row of a table; CSV on standard output");
  auto given = std::make_shared<options>();  // shared by the option bindings and the action
  command.add_option("MODEL", given->model, "Folder with model.json and manifest.json, or a model's file")->required();
  command.add_option("TABLE", given->table, "CSV file with a header")->required();
  add_switch(command, "--margin", given->margin, "Add the raw margin, before the link");
  add(command, "--n-jobs", given->n_jobs, "Threads; 0: one a CPU")->check(CLI::Range(0U, most_jobs));
  command.footer(
      "A row without a value that the model requires is scored as if it were missing; `jury serve` refuses it.");
  command.callback([&chosen, given] { chosen = [given] { return run(*given); }; });
}

}  // namespace jury::cli
