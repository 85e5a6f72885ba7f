#include "model/predict_table.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "base/cpu_count.hpp"
#include "model/encoding.hpp"

namespace jury::model {
namespace {

constexpr std::size_t rows_a_chunk = 512;

// Hands out chunks of rows to threads and gathers what they find.
class prediction {
 public:
  prediction(const model& model, const row_encoder& encoder, std::size_t rows)
      : model_(model), encoder_(encoder), rows_(rows) {
    out_.outputs = model.outputs();
    out_.margins.resize(rows * out_.outputs);
    out_.scores.resize(rows * out_.outputs);
  }

  // Scores the next chunk that nobody has taken; false when there is none.
  bool step() {
    const auto first = next_.fetch_add(rows_a_chunk, std::memory_order_relaxed);
    if (first >= rows_) return false;
    const auto last = std::min(rows_, first + rows_a_chunk);
    std::vector<double> row(model_.features());
    for (auto i = first; i < last; ++i) {
      if (auto encoded = encoder_.encode(i, row); !encoded) {
        refuse(i, std::move(encoded).error());
        return false;
      }
      const auto margins = std::span(out_.margins).subspan(i * out_.outputs, out_.outputs);
      model_.margins(row, margins);
      model_.scores(margins, std::span(out_.scores).subspan(i * out_.outputs, out_.outputs));
    }
    done_.fetch_add(last - first, std::memory_order_relaxed);
    return true;
  }

  [[nodiscard]] std::size_t done() const { return done_.load(std::memory_order_relaxed); }

  // After all threads have ended.
  result<predictions> finish() {
    if (error_) return std::unexpected(std::move(*error_));
    return std::move(out_);
  }

 private:
  // Chunks are handed out in order, so whoever comes first to a bad row, all chunks before it are being scored.
  void refuse(std::size_t row, error what) {
    next_.store(rows_, std::memory_order_relaxed);
    const std::scoped_lock lock(mutex_);
    if (error_ && error_row_ < row) return;
    error_ = std::move(what);
    error_row_ = row;
  }

  const model& model_;
  const row_encoder& encoder_;
  std::size_t rows_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> done_ = 0;
  predictions out_;
  std::mutex mutex_;
  std::optional<error> error_;
  std::size_t error_row_ = 0;
};

}  // namespace

result<predictions> predict_table(const model& model, const manifest& manifest, const table& table, unsigned n_jobs,
                                  const std::function<void(std::size_t, std::size_t)>& progress) {
  if (manifest.features.size() != model.features()) return fail("the manifest does not belong to this model");
  const auto encoder = row_encoder::bind(manifest, table);
  if (!encoder) return std::unexpected(encoder.error());
  prediction work(model, *encoder, table.rows());
  {
    std::vector<std::jthread> threads;
    const std::size_t jobs = n_jobs == 0 ? available_cpus() : n_jobs;
    const auto chunks = (table.rows() + rows_a_chunk - 1) / rows_a_chunk;
    while (threads.size() + 1 < std::min(jobs, chunks)) {
      threads.emplace_back([&work] {
        while (work.step()) {
        }
      });
    }
    while (work.step()) {
      if (progress) progress(work.done(), table.rows());
    }
  }
  auto out = work.finish();
  if (out && progress) progress(table.rows(), table.rows());
  return out;
}

}  // namespace jury::model
