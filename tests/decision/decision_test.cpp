#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "decision/decider.hpp"
#include "decision/metrics.hpp"
#include "decision/request_schema.hpp"
#include "decision/server.hpp"
#include "schema/bind.hpp"

namespace jury::decision {
namespace {

model::manifest example() {
  return model::parse_manifest(R"({"name": "credit", "version": "3", "features": [
    {"name": "age", "type": "integer", "observed": [19, 75], "minimum": 18},
    {"name": "income", "type": "number", "required": false},
    {"name": "purpose", "type": "category", "categories": ["car", "radio"]},
    {"name": "code", "type": "category"}],
    "policy": {"version": "1", "labels": ["bad", "good"], "threshold": 0.5}})")
      .value();
}

TEST(request_schema, binds_the_features_in_the_models_order_and_the_reference_apart) {
  const auto schema = request_schema(example()).value();
  schema::binder binder(schema);
  std::vector<double> row(schema.row_size());
  ASSERT_EQ(row.size(), 4U);
  const auto bound = binder.bind(R"({"code": 2, "purpose": "radio", "age": 76, "reference": "r-1"})", row);
  ASSERT_TRUE(bound.has_value());
  EXPECT_EQ(row[0], 76);  // beyond what training saw: that informs and refuses nothing
  EXPECT_TRUE(std::isnan(row[1]));
  EXPECT_EQ(row[2], 1);
  EXPECT_EQ(row[3], 2);
  EXPECT_EQ(bound->strings[4], "r-1");
}

TEST(request_schema, refuses_what_the_manifest_forbids) {
  const auto schema = request_schema(example()).value();
  schema::binder binder(schema);
  std::vector<double> row(schema.row_size());
  for (const char* wrong :
       {R"({"age": 17, "purpose": "car", "code": 0})", R"({"age": 20, "purpose": "boat", "code": 0})",
        R"({"age": 20, "purpose": "car", "code": -1})", R"({"age": 20, "purpose": "car"})",
        R"({"age": null, "purpose": "car", "code": 0})",
        R"({"age": 20, "purpose": "car", "code": 0, "income": "nan"})"}) {
    EXPECT_FALSE(binder.bind(wrong, row).has_value()) << wrong;
  }
}

TEST(request_schema, takes_no_code_below_zero_whatever_the_manifest_says) {
  auto manifest = example();
  manifest.features[3].minimum = -5;
  EXPECT_EQ(request_schema(manifest).value().fields()[3].constraints.ge, 0);
  manifest.features[3].minimum = 5;
  EXPECT_EQ(request_schema(manifest).value().fields()[3].constraints.ge, 5);
}

TEST(request_schema, leaves_a_feature_called_reference_to_the_model) {
  auto manifest = example();
  manifest.features[1].name = "reference";
  EXPECT_EQ(request_schema(manifest).value().fields().size(), 4U);
}

// Each text was put to FastAPI 0.165, where a Header has the same lengths.
TEST(reference, is_refused_with_fastapis_entries) {
  EXPECT_FALSE(check_reference(std::string(200, 'x')));
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ä";
  EXPECT_FALSE(check_reference(umlauts)) << "the limit counts characters";
  const auto entry = [](std::string_view header) {
    std::string body;
    schema::append_422(body, {check_reference(header).value()});
    return body;
  };
  EXPECT_EQ(entry(umlauts + "x"), R"({"detail":[{"type":"string_too_long","loc":["header","x-reference"],)"
                                  R"("msg":"String should have at most 200 characters","input":")" +
                                      umlauts + R"(x","ctx":{"max_length":200}}]})");
  EXPECT_EQ(entry(""), R"({"detail":[{"type":"string_too_short","loc":["header","x-reference"],)"
                       R"("msg":"String should have at least 1 character","input":"","ctx":{"min_length":1}}]})");
  EXPECT_EQ(check_reference("caf\xe9")->type, "string_unicode");
}

TEST(reference, is_refused_together_with_what_is_wrong_with_the_body) {
  const auto schema = request_schema(example()).value();
  schema::binder binder(schema);
  std::vector<double> row(schema.row_size());
  const auto types = [&](std::string_view body) {
    auto why = binder.bind(body, row).error();
    why.add_in_front(check_reference("").value());
    std::vector<std::string> found;
    for (const auto& error : why.errors) found.push_back(error.type);
    return found;
  };
  using list = std::vector<std::string>;
  EXPECT_EQ(types(R"({"age": "x", "purpose": "car", "code": 0})"), (list{"string_too_short", "int_parsing"}));
  EXPECT_EQ(types(""), (list{"string_too_short", "missing"}));
  EXPECT_EQ(types(R"({"age": 1,})"), list{"json_invalid"});
  EXPECT_EQ(types("{\"age\": \"\xff\"}"), list{});
}

TEST(openapi, describes_the_model_that_is_served) {
  const auto manifest = example();
  const auto schema = request_schema(manifest).value();
  const auto document = boost::json::parse(openapi_document(manifest, schema, true)).as_object();
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  const auto& paths = document.at("paths").as_object();
  EXPECT_TRUE(paths.contains("/decisions"));
  EXPECT_TRUE(paths.contains("/decisions/{decision_id}"));
  const auto& request = document.at("components").at("schemas").at("DecisionRequest").as_object();
  EXPECT_EQ(request.at("required"), boost::json::parse(R"(["age", "purpose", "code"])"));
  EXPECT_EQ(request.at("properties").at("age").at("minimum"), 18.0);
}

TEST(openapi, declares_every_status_that_is_answered) {
  const auto manifest = example();
  const auto schema = request_schema(manifest).value();
  const auto statuses = [&](bool with_keys, std::string_view path, std::string_view verb) {
    const auto document = boost::json::parse(openapi_document(manifest, schema, with_keys));
    std::string found;
    for (const auto& [status, response] : document.at("paths").at(path).at(verb).at("responses").as_object()) {
      found += std::string(status) + ' ';
      const auto* const headers = response.as_object().if_contains("headers");
      if (status == "503" && path != "/health/ready") {
        EXPECT_TRUE(headers != nullptr && headers->as_object().contains("Retry-After"));
      }
    }
    return found;
  };
  EXPECT_EQ(statuses(false, "/decisions", "post"), "200 400 413 422 503 ");
  EXPECT_EQ(statuses(true, "/decisions", "post"), "200 400 401 413 422 503 ");
  EXPECT_EQ(statuses(false, "/decisions/{decision_id}", "get"), "200 404 422 503 ");
  EXPECT_EQ(statuses(true, "/decisions/{decision_id}", "get"), "200 401 404 422 503 ");
  EXPECT_EQ(statuses(true, "/health/live", "get"), "200 ");
  EXPECT_EQ(statuses(true, "/health/ready", "get"), "200 503 ");
}

TEST(cache_key, is_the_same_for_rows_that_the_model_can_not_tell_apart) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string prefix = cache_prefix(std::string(64, 'a'), example().policy);
  std::string one;
  std::string other;
  make_cache_key(one, prefix, std::vector{0.0, nan});
  make_cache_key(other, prefix, std::vector{-0.0, -nan});
  EXPECT_EQ(one, other);
  make_cache_key(other, prefix, std::vector{nan, 0.0});
  EXPECT_NE(one, other);
}

TEST(cache_key, differs_for_another_model_and_another_policy) {
  auto policy = example().policy;
  std::set<std::string> prefixes = {cache_prefix(std::string(64, 'a'), policy),
                                    cache_prefix(std::string(64, 'b'), policy)};
  policy.threshold = 0.6;
  prefixes.insert(cache_prefix(std::string(64, 'a'), policy));
  policy.labels = {"no", "yes"};
  prefixes.insert(cache_prefix(std::string(64, 'a'), policy));
  policy.version = "2";
  prefixes.insert(cache_prefix(std::string(64, 'a'), policy));
  EXPECT_EQ(prefixes.size(), 5U);
}

// The names are a promise to dashboards and alarms: this list changes only with the changelog.
TEST(metrics, have_their_names) {
  metrics::registry registry;
  const service_metrics declared(registry);
  std::vector<metrics::cell> cells(registry.cells());
  const std::span<metrics::cell> block(cells);
  const auto text = registry.render(std::span(&block, 1));
  std::set<std::string> names;
  for (std::size_t at = 0; (at = text.find("# TYPE ", at)) != std::string::npos; at += 7) {
    names.insert(text.substr(at + 7, text.find('\n', at) - at - 7));
  }
  const std::set<std::string> promised = {"jury_cache_entries gauge",
                                          "jury_connections gauge",
                                          "jury_decisions_total counter",
                                          "jury_http_request_duration_seconds histogram",
                                          "jury_http_requests_total counter",
                                          "jury_log_dropped gauge",
                                          "jury_pool_borrowed gauge",
                                          "jury_pool_refused gauge",
                                          "jury_pool_waiting gauge",
                                          "jury_recorder_up gauge",
                                          "jury_records_lost_total counter",
                                          "jury_records_total counter",
                                          "jury_refusals_unrecorded_total counter",
                                          "jury_relay_lag_records gauge",
                                          "jury_relay_lag_seconds gauge",
                                          "jury_reloads_total counter",
                                          "jury_score_seconds histogram",
                                          "jury_sink_failures_total counter",
                                          "jury_spool_bytes gauge",
                                          "jury_spool_quarantined_segments_total counter",
                                          "jury_spool_read_errors_total counter",
                                          "jury_workers gauge"};
  EXPECT_EQ(names, promised);
}

TEST(store_url, is_checked) {
  EXPECT_EQ(sqlite_path("sqlite:a/b.db").value(), "a/b.db");
  for (const char* wrong : {"", "sqlite:", "a.db", "postgresql://host/db"}) {
    EXPECT_FALSE(sqlite_path(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace jury::decision
