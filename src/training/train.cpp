#include "training/train.hpp"

#include <fmt/format.h>

#include "base/cpu_count.hpp"
#include "base/utf8.hpp"
#include "model/compile.hpp"
#include "model/files.hpp"
#include "model/model.hpp"
#include "training/dataset.hpp"
#include "training/learner.hpp"
#include "training/metrics.hpp"
#include "training/xgboost.hpp"

namespace jury::training {
namespace {

constexpr int max_trees = 10000;
constexpr int max_depth = 16;

// The options with their defaults filled in.
result<options> complete(options options) {
  if (options.trees < 1 || options.trees > max_trees) {
    return fail(fmt::format("trees: expected 1 to {}, got {}", max_trees, options.trees));
  }
  if (options.depth < 0 || options.depth > max_depth) {
    return fail(fmt::format("depth: expected 1 to {}, got {}", max_depth, options.depth));
  }
  if (!(options.held_out > 0 && options.held_out <= 0.5)) {
    return fail(fmt::format("held_out: expected a share above 0 and up to 0.5, got {}", options.held_out));
  }
  if (!(options.learning_rate > 0 && options.learning_rate <= 1)) {
    return fail(fmt::format("learning_rate: expected above 0 and up to 1, got {}", options.learning_rate));
  }
  if (options.depth == 0) options.depth = options.algorithm == algorithm::forest ? 8 : 6;
  if (options.n_jobs == 0) options.n_jobs = static_cast<unsigned>(available_cpus());
  if (options.name.empty()) options.name = options.target;
  if (!is_utf8(options.name)) return fail("name: expected UTF-8");
  if (options.version.empty() || !is_utf8(options.version)) {
    return fail("version: expected UTF-8 text, and not an empty one");
  }
  return options;
}

model::manifest describe(const dataset& data, const options& options) {
  model::manifest manifest;
  manifest.name = options.name;
  manifest.version = options.version;
  manifest.target = options.target;
  manifest.features = data.features;
  manifest.policy.labels = data.labels;
  return manifest;
}

// What would be in the way of the files, known before hours of learning and not after them.
result<void> check_output(const options& options) {
  std::error_code failure;
  std::filesystem::create_directories(options.out, failure);
  if (failure) return fail(fmt::format("{}: {}", options.out.string(), failure.message()));
  // Gone again at once.
  if (const auto probe = model::pending_file::write(options.out / "manifest.json", ""); !probe) {
    return std::unexpected(probe.error());
  }
  return {};
}

result<std::map<std::string, double>> evaluate(std::string_view file, const model::manifest& manifest,
                                               const dataset& data) {
  const auto blob = model::compile(file, manifest);
  if (!blob) return std::unexpected(blob.error());
  const auto model = model::model::open(blob->bytes());
  if (!model) return std::unexpected(model.error());
  const auto width = model->features();
  const auto outputs = model->outputs();
  std::vector<double> scores(data.rows() * outputs);
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const auto first = data.cells.begin() + static_cast<std::ptrdiff_t>(i * width);
    const std::vector<double> row(first, first + static_cast<std::ptrdiff_t>(width));
    const auto out = std::span(scores).subspan(i * outputs, outputs);
    model->margins(row, out);
    model->scores(out, out);
  }
  std::map<std::string, double> metrics;
  if (data.task == task::regression) {
    metrics["rmse"] = rmse(scores, data.target);
    metrics["mae"] = mean_absolute_error(scores, data.target);
    return metrics;
  }
  metrics["accuracy"] = accuracy(scores, data.target);
  metrics["log_loss"] = log_loss(scores, data.target);
  if (data.task == task::binary) metrics["auc"] = auc(scores, data.target);
  return metrics;
}

result<void> write(const report& report, std::string_view model) {
  auto model_file = model::pending_file::write(report.model_file, model);
  if (!model_file) return std::unexpected(std::move(model_file).error());
  auto manifest_file = model::pending_file::write(report.manifest_file, to_json(report.manifest));
  if (!manifest_file) return std::unexpected(std::move(manifest_file).error());
  if (auto done = model_file->commit(); !done) return done;
  return manifest_file->commit();
}

}  // namespace

std::string_view to_string(algorithm algorithm) noexcept {
  return algorithm == algorithm::forest ? "forest" : "boosting";
}

result<report> train(const model::table& table, const options& options,
                     const std::function<void(const progress&)>& on_progress) {
  const auto chosen = complete(options);
  if (!chosen) return std::unexpected(chosen.error());
  const auto data = prepare(table, chosen->target);
  if (!data) return std::unexpected(data.error());
  if (const auto writable = check_output(*chosen); !writable) return std::unexpected(writable.error());
  const auto flags = hold_out(*data, chosen->held_out, chosen->seed);
  const auto held_out = select(*data, flags, true);
  std::string model;
  try {
    model = learn(select(*data, flags, false), held_out, *chosen, on_progress);
  } catch (const xgboost_error& error) {
    return fail(error.what());
  }
  report report{.task = data->task,
                .rows = data->rows() - held_out.rows(),
                .held_out_rows = held_out.rows(),
                .model_file = chosen->out / "model.json",
                .manifest_file = chosen->out / "manifest.json",
                .manifest = describe(*data, *chosen)};
  auto metrics = evaluate(model, report.manifest, held_out);
  if (!metrics) return std::unexpected(std::move(metrics).error());
  report.metrics = std::move(*metrics);
  report.manifest.training = model::training_info{.algorithm = std::string(to_string(chosen->algorithm)),
                                                  .rows = report.rows,
                                                  .held_out_rows = report.held_out_rows,
                                                  .seed = chosen->seed,
                                                  .metrics = report.metrics};
  if (auto written = write(report, model); !written) return std::unexpected(std::move(written).error());
  return report;
}

}  // namespace jury::training
