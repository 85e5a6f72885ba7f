#include "training/dataset.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "model/expect_error.hpp"

namespace jury::training::test {
namespace {

using model::feature_type;

model::table parse(std::string_view csv) { return model::table::parse(csv).value(); }

// Ten rows and more of one column beside the target.
result<dataset> with_column(std::string_view cells_by_space, std::string_view target = "y") {
  std::string csv = "x,y\n";
  int row = 0;
  for (std::size_t at = 0; at < cells_by_space.size();) {
    const auto end = std::min(cells_by_space.find(' ', at), cells_by_space.size());
    csv += fmt::format("{},{}\n", cells_by_space.substr(at, end - at), ++row % 2 == 0 ? "no" : "yes");
    at = end + 1;
  }
  return prepare(parse(csv), target);
}

model::feature feature_of(std::string_view cells) { return with_column(cells).value().features.at(0); }

TEST(dataset, takes_types_from_the_cells) {
  EXPECT_EQ(feature_of("1 2 3 4 5 6 7 8 9 1e1").type, feature_type::integer);
  EXPECT_EQ(feature_of("1 2 3 4 5 6 7 8 9 1.5").type, feature_type::number);
  EXPECT_EQ(feature_of("true False TRUE false true true true true true true").type, feature_type::boolean);
  EXPECT_EQ(feature_of("1 2 3 4 5 6 7 8 9 ten").type, feature_type::category);
  EXPECT_EQ(feature_of("0 1 0 1 0 1 0 1 0 1").type, feature_type::integer);
}

TEST(dataset, notes_categories_ranges_and_missing_values) {
  const auto category = feature_of("b a b NA b a b a b a");
  EXPECT_EQ(category.categories, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(category.required);
  const auto number = feature_of("3 -1 2.5 3 3 3 3 3 3 3");
  EXPECT_EQ(number.observed, (model::interval{-1, 3}));
  EXPECT_TRUE(number.required);
}

TEST(dataset, encodes_cells_and_target) {
  const auto data = with_column("b a NA b b b b b b b").value();
  EXPECT_EQ(data.labels, (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(data.target[0], 1);
  EXPECT_EQ(data.target[1], 0);
  EXPECT_EQ(data.cells[0], 1);
  EXPECT_EQ(data.cells[1], 0);
  EXPECT_TRUE(std::isnan(data.cells[2]));
}

std::string rows(int count, auto&& target) {
  std::string csv = "x,y\n";
  for (int i = 0; i < count; ++i) csv += fmt::format("{},{}\n", i, target(i));
  return csv;
}

TEST(dataset, finds_the_task_in_the_target) {
  EXPECT_EQ(prepare(parse(rows(30, [](int i) { return i % 2; })), "y")->task, task::binary);
  EXPECT_EQ(prepare(parse(rows(30, [](int i) { return i % 3; })), "y")->task, task::multiclass);
  EXPECT_EQ(prepare(parse(rows(30, [](int i) { return i; })), "y")->task, task::regression);
  EXPECT_EQ(prepare(parse(rows(30, [](int i) { return i % 2 + 0.5; })), "y")->task, task::regression);
  EXPECT_EQ(prepare(parse(rows(60, [](int i) { return i % 12; })), "y")->labels[2], "2") << "sorted as numbers";
}

TEST(dataset, takes_equal_values_of_the_target_for_one_class) {
  const auto target = [](std::vector<std::string> spellings) {
    return prepare(parse(rows(30, [&](int i) { return spellings[static_cast<std::size_t>(i) % spellings.size()]; })),
                   "y")
        .value();
  };
  const auto numbers = target({"1.0", "0", "1", "-0.0"});
  EXPECT_EQ(numbers.labels, (std::vector<std::string>{"0", "1.0"}));
  EXPECT_EQ(numbers.task, task::binary);
  EXPECT_EQ(numbers.target[0], 1);
  EXPECT_EQ(numbers.target[2], 1);
  EXPECT_EQ(numbers.target[3], 0);
  const auto booleans = target({"true", "FALSE", "True", "false"});
  EXPECT_EQ(booleans.labels, (std::vector<std::string>{"FALSE", "true"}));
  EXPECT_EQ(booleans.target[2], 1);
  EXPECT_EQ(booleans.target[3], 0);
  const auto many =
      prepare(parse(rows(60, [](int i) { return fmt::format("{}{}", i % 15, i < 30 ? "" : ".0"); })), "y");
  EXPECT_EQ(many->task, task::multiclass) << "15 values, 30 spellings";
  EXPECT_EQ(many->labels.size(), 15U);
}

TEST(dataset, says_what_is_wrong_with_the_table) {
  EXPECT_ERROR(with_column("1 2 3 4 5 6 7 8 9 10", "z"), "no column \"z\"; it has: x, y");
  EXPECT_ERROR(with_column("1 2 3"), "3 rows, expected at least 10");
  EXPECT_ERROR(prepare(parse("x,y\n"), "y"), "no rows");
  EXPECT_ERROR(with_column("1 2 3 4 5 6 7 8 1e300 10"), "line 10, column \"x\": 1e300 is too large");
  EXPECT_ERROR(prepare(parse(rows(30, [](int i) { return i == 7 ? 1e300 : i + 0.5; })), "y"), "line 9, column \"y\"");
  EXPECT_ERROR(with_column("NA NA NA NA NA NA NA NA NA NA"), "the column \"x\" has no values");
  EXPECT_ERROR(prepare(parse(rows(20, [](int) { return "a"; })), "y"), "always \"a\"");
  EXPECT_ERROR(prepare(parse(rows(20, [](int i) { return i == 7 ? "b" : "a"; })), "y"), "\"b\" in 1 row only");
  EXPECT_ERROR(prepare(parse(rows(20, [](int i) { return i == 7 ? "" : "a"; })), "y"), "line 9: the target");
  EXPECT_ERROR(prepare(parse(rows(3000, [](int i) { return fmt::format("id{}", i); })), "x"), "probably an id");
  EXPECT_ERROR(prepare(parse("y\n1\n1\n1\n1\n1\n0\n0\n0\n0\n0\n"), "y"), "no column besides the target");
}

TEST(hold_out, keeps_a_share_of_each_class_chosen_by_the_seed) {
  const auto data = prepare(parse(rows(1000, [](int i) { return i % 10 == 0 ? "rare" : "common"; })), "y").value();
  const auto flags = hold_out(data, 0.2, 1);
  const auto held_out = select(data, flags, true);
  EXPECT_EQ(held_out.rows(), 200U);
  EXPECT_EQ(std::ranges::count(held_out.target, 1.0F), 20);
  EXPECT_EQ(select(data, flags, false).rows(), 800U);
  EXPECT_EQ(hold_out(data, 0.2, 1), flags);
  EXPECT_NE(hold_out(data, 0.2, 2), flags);
}

}  // namespace
}  // namespace jury::training::test
