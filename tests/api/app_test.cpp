#include "api/app.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "api/correlation.hpp"
#include "support/run.hpp"
#include "support/temporary_folder.hpp"

namespace jury::api {
namespace {

constexpr const char* sha256_of_secret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

class apps : public testing::Test {
 protected:
  apps() : cells_(make_cells()), app_(metrics::block(cells_)) {
    const auto answer = [](std::string text) {
      return [text](call what) -> task<http::response> {
        return [](std::string body, call given) -> task<http::response> {
          for (const auto parameter : given.path_parameters) body += "|" + std::string(parameter);
          co_return http::response{.body = body};
        }(text, std::move(what));
      };
    };
    app_.route(http::method::get, "/items", access::with_key, routes_[0], answer("list"));
    app_.route(http::method::post, "/items", access::with_key, routes_[0], answer("add"));
    app_.route(http::method::get, "/items/{id}/parts/{part}", access::with_key, routes_[1], answer("part"));
    app_.route(http::method::get, "/", access::open, routes_[1], answer("root"));
    app_.route(http::method::get, "/full", access::open, routes_[1],
               [](call) -> task<http::response> { throw pool_full("the pool 'x' is full"); });
    app_.route(http::method::get, "/broken", access::open, routes_[1],
               [](call) -> task<http::response> { throw std::runtime_error("secret detail"); });
    app_.count_unmatched(routes_[2]);
  }

  std::vector<metrics::cell> make_cells() {
    routes_ = declare_routes(registry_, {"/items", "other", "unmatched"});
    return std::vector<metrics::cell>(registry_.cells());
  }

  http::response ask(http::method verb, std::string_view path, std::vector<http::field> headers = {}) {
    const http::request request{.method = verb, .path = path, .headers = std::move(headers)};
    return machine_.run(app_.handle(&request));
  }

  static std::string header(const http::response& from, std::string_view name) {
    for (const auto& each : from.headers) {
      if (each.name == name) return each.value;
    }
    return "";
  }

  test::machine machine_;
  metrics::registry registry_;
  std::vector<route_metrics> routes_;
  std::vector<metrics::cell> cells_;
  app app_;
};

TEST_F(apps, find_the_route_by_path_and_method) {
  EXPECT_EQ(ask(http::method::get, "/items").body, "list");
  EXPECT_EQ(ask(http::method::post, "/items").body, "add");
  EXPECT_EQ(ask(http::method::get, "/items/7/parts/a b").body, "part|7|a b");
  EXPECT_EQ(ask(http::method::get, "/").body, "root");
  EXPECT_EQ(ask(http::method::head, "/items").body, "list");
}

TEST_F(apps, answer_404_for_paths_that_match_no_route) {
  for (const char* path : {"/item", "/items/", "/items/7", "/items//parts/x", "/items/7/parts/x/y", "//", "*"}) {
    EXPECT_EQ(ask(http::method::get, path).status, 404) << path;
  }
}

TEST_F(apps, answer_405_with_every_method_of_the_path) {
  const auto response = ask(http::method::put, "/items");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.body, R"({"detail":"Method Not Allowed"})");
  EXPECT_EQ(header(response, "Allow"), "GET, HEAD, POST");
  EXPECT_EQ(ask(http::method::options, "/items").status, 204);
}

TEST_F(apps, turn_exceptions_into_answers_that_tell_nothing) {
  const auto full = ask(http::method::get, "/full");
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(header(full, "Retry-After"), "1");
  const auto broken = ask(http::method::get, "/broken");
  EXPECT_EQ(broken.status, 500);
  EXPECT_EQ(broken.body.find("secret"), std::string::npos);
}

TEST_F(apps, take_over_a_sound_correlation_id_and_replace_others) {
  EXPECT_EQ(header(ask(http::method::get, "/items", {{"x-correlation-id", "abc-1"}}), "X-Correlation-ID"), "abc-1");
  const auto replaced =
      header(ask(http::method::get, "/items", {{"X-Correlation-ID", "two words"}}), "X-Correlation-ID");
  EXPECT_TRUE(uuid::parse(replaced)) << replaced;
}

TEST_F(apps, count_by_route_and_status) {
  ask(http::method::get, "/items");
  ask(http::method::put, "/items");
  ask(http::method::get, "/nowhere");
  EXPECT_EQ(cells_[routes_[0].requests + 1].load(), 1U);
  EXPECT_EQ(cells_[routes_[2].requests + 3].load(), 2U);
}

TEST_F(apps, with_keys_let_only_their_owners_in) {
  const temporary_folder folder;
  const std::string file = folder.path() + "/keys";
  std::ofstream(file) << "# a comment\n\n" << sha256_of_secret << " somebody\n";
  app_.demand(api_keys::read(file).value());
  EXPECT_EQ(ask(http::method::get, "/items").status, 401);
  EXPECT_EQ(ask(http::method::get, "/items", {{"X-API-Key", "guess"}}).status, 401);
  EXPECT_EQ(ask(http::method::get, "/items", {{"X-API-Key", "secret"}}).status, 200);
  EXPECT_EQ(ask(http::method::get, "/items", {{"Authorization", "Bearer secret"}}).status, 200);
  EXPECT_EQ(ask(http::method::get, "/items", {{"Authorization", "Basic secret"}}).status, 401);
  EXPECT_EQ(ask(http::method::get, "/").status, 200);
}

TEST(api_keys, name_the_line_that_is_wrong) {
  const temporary_folder folder;
  const std::string file = folder.path() + "/keys";
  for (const std::string& line :
       {std::string("secret me"), std::string(64, 'x') + " me", std::string(64, 'a'), std::string(64, 'a') + "  "}) {
    std::ofstream(file) << "# first\n" << line << "\n";
    const auto keys = api_keys::read(file);
    ASSERT_FALSE(keys.has_value()) << line;
    EXPECT_NE(keys.error().message.find(":2:"), std::string::npos) << keys.error().message;
  }
  std::ofstream(file) << "\n";
  EXPECT_FALSE(api_keys::read(file).has_value());
  EXPECT_FALSE(api_keys::read(file + "-not-there").has_value());
}

TEST(trace_id, is_taken_from_a_valid_traceparent_only) {
  const std::string valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(trace_id_of(valid), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace_id_of("01" + valid.substr(2) + "-more"), "4bf92f3577b34da6a3ce929d0e0e4736");
  for (const std::string& wrong :
       {std::string(), valid + "-more", "ff" + valid.substr(2), "00-" + std::string(32, '0') + valid.substr(35),
        "00-" + std::string(32, 'G') + valid.substr(35), valid.substr(0, 54)}) {
    EXPECT_FALSE(trace_id_of(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace jury::api
