#include "api/app.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "api/correlation.hpp"
#include "base/clock.hpp"
#include "base/json_text.hpp"
#include "base/log.hpp"
#include "http/syntax.hpp"
#include "runtime/thread_pool.hpp"

namespace jury::api {
namespace {

constexpr const char* correlation_header = "X-Correlation-ID";

// "/a/b" is {"a", "b"}; "/" is {""}.
bool matches(const std::vector<std::string>& segments, std::string_view path,
             std::vector<std::string_view>& parameters) {
  parameters.clear();
  if (!path.starts_with('/')) return false;
  std::size_t at = 0;
  for (const auto& part : path.substr(1) | std::views::split('/')) {
    const std::string_view text(part.begin(), part.end());
    if (at == segments.size()) return false;
    const std::string& expected = segments[at++];
    if (expected.starts_with('{')) {
      if (text.empty()) return false;
      parameters.push_back(text);
    } else if (expected != text) {
      return false;
    }
  }
  return at == segments.size();
}

std::size_t counter_of(const route_metrics& route, int status) {
  return route.requests + static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1);
}

std::string_view key_of(const http::request& request) {
  if (const auto key = request.header("X-API-Key")) return *key;
  constexpr std::string_view bearer = "bearer ";
  const auto authorization = request.header("Authorization").value_or("");
  return http::syntax::equal_ignoring_case(authorization.substr(0, bearer.size()), bearer)
             ? authorization.substr(bearer.size())
             : std::string_view{};
}

http::response too_busy(std::string_view detail) {
  auto response = error(503, detail);
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

}  // namespace

std::vector<route_metrics> declare_routes(metrics::registry& registry, const std::vector<std::string>& paths) {
  std::vector<route_metrics> declared(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    for (int status = 1; status <= 5; ++status) {
      const auto index = registry.add(metrics::kind::counter, "jury_http_requests_total", "Requests answered.",
                                      fmt::format("route=\"{}\",status=\"{}xx\"", paths[i], status));
      if (status == 1) declared[i].requests = index;
    }
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    declared[i].duration = registry.add(metrics::kind::histogram, "jury_http_request_duration_seconds",
                                        "From the last byte of the request to the finished response.",
                                        fmt::format("route=\"{}\"", paths[i]));
  }
  return declared;
}

http::response error(int status, std::string_view detail) {
  http::response response{.status = status};
  response.body = R"({"detail":)";
  append_json_string_lossy(response.body, detail);
  response.body += '}';
  return response;
}

void app::route(http::method verb, std::string_view path, access who, route_metrics counted, handler run) {
  route_entry entry{.verb = verb, .segments = {}, .who = who, .counted = counted, .run = std::move(run)};
  for (const auto& part : path.substr(1) | std::views::split('/'))
    entry.segments.emplace_back(part.begin(), part.end());
  routes_.push_back(std::move(entry));
}

app::match app::find(const http::request& request) const {
  const auto verb = request.method == http::method::head ? http::method::get : request.method;
  match found;
  std::vector<std::string_view> parameters;
  for (const route_entry& each : routes_) {
    if (!matches(each.segments, request.path, parameters)) continue;
    if (each.verb == verb) return {.route = &each, .parameters = std::move(parameters), .allow = {}};
    if (!found.allow.empty()) found.allow += ", ";
    found.allow += http::method_names[static_cast<std::size_t>(each.verb)];
    if (each.verb == http::method::get) found.allow += ", HEAD";
  }
  return found;
}

bool app::admits(const route_entry& route, const http::request& request) const {
  return !keys_ || route.who == access::open || keys_->owner(key_of(request));
}

task<http::response> app::handle(const http::request* request) {
  identify(request);
  match found = find(*request);
  const route_metrics* const counted = found.route != nullptr ? &found.route->counted
                                       : unmatched_           ? &*unmatched_
                                                              : nullptr;
  http::response response;
  try {
    if (auto refused = refuse(found, *request)) {
      response = std::move(*refused);
    } else {
      response = co_await found.route->run(call{*request, std::move(found.parameters)});
    }
  } catch (const pool_full& full) {
    log::warning("{}", full.what());
    response = too_busy("Too busy, try again later");
  } catch (const std::exception& failure) {
    log::error("{} {} failed: {}", request->method_text, request->path, failure.what());
    response = error(500, "Internal Server Error");
  }
  response.headers.push_back({correlation_header, *correlation_id.get()});

  if (counted != nullptr) {
    counts_.add(counter_of(*counted, response.status));
    counts_.observe(counted->duration, static_cast<std::uint64_t>(steady_nanoseconds() - request->received));
  }
  co_return response;
}

void app::note_refusal(const http::request* understood, http::response& answer) {
  identify(understood);
  answer.headers.push_back({"X-Correlation-ID", *correlation_id.get()});
  if (unmatched_) counts_.add(counter_of(*unmatched_, answer.status));
}

void app::identify(const http::request* request) {
  const auto given = request != nullptr ? request->header("X-Correlation-ID") : std::nullopt;
  correlation_id.set(given && is_correlation_id(*given) ? std::string(*given) : new_id());
}

std::string app::new_id() { return ids_.next(static_cast<std::uint64_t>(unix_nanoseconds() / 1'000'000)).to_string(); }

std::optional<http::response> app::refuse(const match& found, const http::request& request) const {
  if (found.route == nullptr && found.allow.empty()) return error(404, "Not Found");
  if (found.route == nullptr) {
    http::response response =
        request.method == http::method::options ? http::response{.status = 204} : error(405, "Method Not Allowed");
    response.headers.push_back({"Allow", found.allow});
    return response;
  }
  if (!admits(*found.route, request)) {
    http::response response = error(401, "A valid API key is required: header X-API-Key or a bearer token");
    response.headers.push_back({"WWW-Authenticate", "Bearer"});
    return response;
  }
  return std::nullopt;
}

}  // namespace jury::api
