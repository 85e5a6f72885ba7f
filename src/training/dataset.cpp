#include "training/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <random>
#include <ranges>
#include <set>

#include "model/encoding.hpp"

namespace jury::training {
namespace {

using model::feature_type;

constexpr std::size_t most_classes_of_integers = 20;
constexpr std::size_t fewest_rows = 10;
constexpr std::size_t fewest_rows_a_class = 2;

// What all cells of a column have in common.
struct column_facts {
  std::size_t missing = 0;
  bool booleans = true;
  bool integers = true;
  bool numbers = true;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  std::set<std::string, std::less<>> texts;  // distinct; no more than one above max_categories

  [[nodiscard]] feature_type type() const {
    return booleans   ? feature_type::boolean
           : integers ? feature_type::integer
           : numbers  ? feature_type::number
                      : feature_type::category;
  }
};

column_facts look_at(const model::table& table, std::size_t column) {
  column_facts facts;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto cell = table.cell(row, column);
    if (model::is_missing(cell)) {
      ++facts.missing;
      continue;
    }
    if (facts.texts.size() <= max_categories && !facts.texts.contains(cell)) facts.texts.emplace(cell);
    facts.booleans = facts.booleans && model::parse_boolean(cell).has_value();
    const auto number = facts.numbers ? model::parse_number(cell) : std::nullopt;
    facts.numbers = number.has_value();
    facts.integers = facts.integers && number && std::trunc(*number) == *number;
    if (number) {
      facts.min = std::min(facts.min, *number);
      facts.max = std::max(facts.max, *number);
    }
  }
  return facts;
}

}  // namespace

result<model::feature> describe_column(const model::table& table, std::size_t column) {
  const auto& name = table.header()[column];
  const auto facts = look_at(table, column);
  if (facts.missing == table.rows()) {
    return fail(fmt::format("the column \"{}\" has no values: remove it from the table", name));
  }
  model::feature feature{.name = name, .type = facts.type(), .required = facts.missing == 0};
  if (feature.type == feature_type::category) {
    if (facts.texts.size() > max_categories) {
      return fail(
          fmt::format("the column \"{}\" has more than {} different texts, so it is probably an id or free "
                      "text: remove it from the table",
                      name, max_categories));
    }
    feature.categories.assign(facts.texts.begin(), facts.texts.end());
  } else if (feature.type != feature_type::boolean) {
    feature.observed = {.min = facts.min, .max = facts.max};
  }
  return feature;
}

namespace {

// What XGBoost computes in; it takes no infinity for a number.
result<float> to_float(double value, const model::table& table, std::size_t row, std::size_t column) {
  if (std::abs(value) > std::numeric_limits<float>::max()) {
    return fail(fmt::format("line {}, column \"{}\": {} is too large, expected numbers within ±{:.2g}", table.line(row),
                            table.header()[column], table.cell(row, column), std::numeric_limits<float>::max()));
  }
  return static_cast<float>(value);
}

// The classes of a target, sorted: numbers by size, false before true, other texts by their bytes. Cells of one value
// are one class, however they spell it: 0 and 0.0, true and TRUE. Its label is the spelling that comes first.
class class_names {
 public:
  explicit class_names(const column_facts& facts) : type_(facts.type()) {}

  void add(std::string_view cell) { labels_.try_emplace(value_of(cell), cell); }
  [[nodiscard]] std::size_t size() const { return labels_.size(); }
  [[nodiscard]] std::vector<std::string> sorted() const {
    const auto labels = labels_ | std::views::values;
    return {labels.begin(), labels.end()};
  }
  // Of a cell that was added.
  [[nodiscard]] std::size_t number_of(std::string_view cell) const {
    return static_cast<std::size_t>(std::distance(labels_.begin(), labels_.find(value_of(cell))));
  }

 private:
  using value = std::pair<double, std::string_view>;  // texts have the number 0, numbers no text

  [[nodiscard]] value value_of(std::string_view cell) const {
    if (type_ == feature_type::category) return {0, cell};
    if (type_ == feature_type::boolean) return {*model::parse_boolean(cell) ? 1.0 : 0.0, {}};
    return {*model::parse_number(cell), {}};
  }

  feature_type type_;
  std::map<value, std::string> labels_;
};

// All classes of a column, or the first of too many.
class_names find_classes(const model::table& table, std::size_t column, const column_facts& facts) {
  class_names classes(facts);
  for (std::size_t row = 0; row < table.rows() && classes.size() <= max_categories; ++row) {
    classes.add(table.cell(row, column));
  }
  return classes;
}

result<void> check_classes(const dataset& data, std::string_view target) {
  if (data.labels.size() < 2) {
    return fail(fmt::format("the target \"{}\" is always \"{}\": there is nothing to learn", target, data.labels[0]));
  }
  std::vector<std::size_t> counts(data.labels.size());
  for (const auto label : data.target) ++counts[static_cast<std::size_t>(label)];
  const auto rarest = static_cast<std::size_t>(std::ranges::min_element(counts) - counts.begin());
  if (counts[rarest] < fewest_rows_a_class) {
    return fail(fmt::format("the target \"{}\" is \"{}\" in {} row only, expected at least {}", target,
                            data.labels[rarest], counts[rarest], fewest_rows_a_class));
  }
  return {};
}

result<void> read_target(const model::table& table, std::size_t column, dataset& data) {
  const auto& name = table.header()[column];
  const auto facts = look_at(table, column);
  if (facts.missing > 0) {
    std::size_t row = 0;
    while (!model::is_missing(table.cell(row, column))) ++row;
    return fail(
        fmt::format("line {}: the target \"{}\" is missing; a row to learn from needs it", table.line(row), name));
  }
  const auto classes = find_classes(table, column, facts);
  const bool names_classes = facts.type() == feature_type::category || facts.type() == feature_type::boolean ||
                             (facts.integers && classes.size() <= most_classes_of_integers);
  if (!names_classes) {
    data.task = task::regression;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const auto value = to_float(*model::parse_number(table.cell(row, column)), table, row, column);
      if (!value) return std::unexpected(value.error());
      data.target.push_back(*value);
    }
    return {};
  }
  if (classes.size() > max_categories) {
    return fail(fmt::format("the target \"{}\" has more than {} different values", name, max_categories));
  }
  data.labels = classes.sorted();
  data.task = data.labels.size() > 2 ? task::multiclass : task::binary;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    data.target.push_back(static_cast<float>(classes.number_of(table.cell(row, column))));
  }
  return check_classes(data, name);
}

// std::shuffle and the distributions differ between libraries; the split must not.
void shuffle(std::vector<std::size_t>& values, std::mt19937_64& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random() % i]);
}

}  // namespace

result<dataset> prepare(const model::table& table, std::string_view target) {
  const auto target_column = table.find(target);
  if (!target_column) {
    return fail(fmt::format("the table has no column \"{}\"; it has: {}", target, fmt::join(table.header(), ", ")));
  }
  if (table.rows() == 0) return fail("the table has no rows");
  if (table.rows() < fewest_rows) {
    return fail(fmt::format("the table has {} rows, expected at least {}", table.rows(), fewest_rows));
  }
  if (table.columns() == 1) return fail(fmt::format("the table has no column besides the target \"{}\"", target));
  dataset data;
  if (auto read = read_target(table, *target_column, data); !read) return std::unexpected(std::move(read).error());
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < table.columns(); ++column) {
    if (column == *target_column) continue;
    auto feature = describe_column(table, column);
    if (!feature) return std::unexpected(std::move(feature).error());
    data.features.push_back(std::move(*feature));
    columns.push_back(column);
  }
  data.cells.reserve(table.rows() * columns.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      // Types come from these very cells, so each of them fits.
      const auto encoded = *model::encode_cell(data.features[i], table.cell(row, columns[i]));
      const auto value = to_float(encoded, table, row, columns[i]);
      if (!value) return std::unexpected(value.error());
      data.cells.push_back(*value);
    }
  }
  return data;
}

std::vector<bool> hold_out(const dataset& data, double share, std::uint64_t seed) {
  std::vector<std::vector<std::size_t>> strata(std::max<std::size_t>(1, data.labels.size()));
  for (std::size_t row = 0; row < data.rows(); ++row) {
    strata[data.task == task::regression ? 0 : static_cast<std::size_t>(data.target[row])].push_back(row);
  }
  std::mt19937_64 random(seed);
  std::vector<bool> flags(data.rows());
  for (auto& rows : strata) {
    shuffle(rows, random);
    const auto wanted = static_cast<std::size_t>(std::llround(share * static_cast<double>(rows.size())));
    const auto count = std::clamp<std::size_t>(wanted, 1, rows.size() - 1);
    for (std::size_t i = 0; i < count; ++i) flags[rows[i]] = true;
  }
  return flags;
}

dataset select(const dataset& data, const std::vector<bool>& flags, bool value) {
  dataset out{.task = data.task, .features = data.features, .labels = data.labels, .cells = {}, .target = {}};
  const auto width = data.features.size();
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (flags[row] != value) continue;
    const auto first = data.cells.begin() + static_cast<std::ptrdiff_t>(row * width);
    out.cells.insert(out.cells.end(), first, first + static_cast<std::ptrdiff_t>(width));
    out.target.push_back(data.target[row]);
  }
  return out;
}

}  // namespace jury::training
