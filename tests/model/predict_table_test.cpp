#include "model/predict_table.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/compile.hpp"
#include "model/encoding.hpp"
#include "model/expect_error.hpp"
#include "model/tiny_model.hpp"

namespace jury::model::test {
namespace {

class predicting : public testing::Test {
 protected:
  static table make_table(std::size_t rows) {
    std::string csv = "purpose,age\n";
    for (std::size_t i = 0; i < rows; ++i)
      csv += fmt::format("{},{}\n", i % 5, i % 7 == 0 ? "" : fmt::to_string(i % 60));
    return table::parse(csv).value();
  }

  blob blob_ = compile(tiny_model, std::nullopt).value();
  model model_ = model::open(blob_.bytes()).value();
  manifest manifest_ = parse_manifest(model_.manifest_text()).value();
};

TEST_F(predicting, gives_each_row_what_a_single_call_gives_on_any_number_of_threads) {
  const auto rows = make_table(5000);
  const auto alone = predict_table(model_, manifest_, rows, 1).value();
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const std::vector<double> row{encode_cell(manifest_.features[0], rows.cell(i, 1)).value(),
                                  encode_cell(manifest_.features[1], rows.cell(i, 0)).value()};
    double margin = 0;
    model_.margins(row, {&margin, 1});
    ASSERT_EQ(alone.row_margins(i)[0], margin);
    model_.scores({&margin, 1}, {&margin, 1});
    ASSERT_EQ(alone.row_scores(i)[0], margin);
  }
  const auto many = predict_table(model_, manifest_, rows, 8).value();
  EXPECT_EQ(many.margins, alone.margins);
  EXPECT_EQ(many.scores, alone.scores);
}

TEST_F(predicting, tells_its_progress_up_to_the_last_row) {
  std::vector<std::size_t> seen;
  static_cast<void>(predict_table(model_, manifest_, make_table(3000), 2, [&](std::size_t done, std::size_t total) {
    EXPECT_EQ(total, 3000U);
    seen.push_back(done);
  }));
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(seen.back(), 3000U);
}

TEST_F(predicting, names_the_first_cell_that_does_not_fit) {
  std::string csv = "purpose,age\n";
  for (int i = 0; i < 3000; ++i) csv += i == 700 || i == 2500 ? "1,old\n" : "1,2\n";
  EXPECT_ERROR(predict_table(model_, manifest_, table::parse(csv).value(), 4), "line 702, column \"age\"");
}

TEST_F(predicting, scores_no_rows) {
  EXPECT_TRUE(predict_table(model_, manifest_, make_table(0)).value().scores.empty());
}

}  // namespace
}  // namespace jury::model::test
