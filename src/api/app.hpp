#pragma once
// Floor 3. From a request to the handler of its route, and around it what every request gets: the correlation id, the
// API key, the errors' answers, the metrics.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/api_keys.hpp"
#include "base/metrics.hpp"
#include "base/uuid.hpp"
#include "http/message.hpp"
#include "runtime/task.hpp"

namespace jury::api {

// Where the requests of one route are counted.
struct route_metrics {
  std::size_t requests = 0;  // five counters: status 1xx to 5xx
  std::size_t duration = 0;  // histogram
};

// Declares `jury_http_requests_total` and `jury_http_request_duration_seconds` for each path, in order.
std::vector<route_metrics> declare_routes(metrics::registry& registry, const std::vector<std::string>& paths);

// What a handler gets. The request is valid until its response has been written.
struct call {
  const http::request& request;
  std::vector<std::string_view> path_parameters;  // in the order of the path's braces

  [[nodiscard]] const http::request* operator->() const noexcept { return &request; }
};

using handler = std::function<task<http::response>(call)>;

enum class access : std::uint8_t {
  with_key,  // when the app has API keys
  open,      // for everybody: health
};

// For one loop's thread.
class app {
 public:
  explicit app(metrics::block counts) : counts_(counts) {}

  // `path` may hold parameters, each a whole segment: "/decisions/{decision_id}". HEAD is answered by the GET route.
  void route(http::method verb, std::string_view path, access who, route_metrics counted, handler run);
  // Requests that match no path are counted here.
  void count_unmatched(route_metrics counted) { unmatched_ = counted; }
  // A request that the HTTP server refuses itself: it has a correlation id too, and counts as one that matches no path.
  // `understood` may be null. See http::options::on_refusal.
  void note_refusal(const http::request* understood, http::response& answer);
  // From now on routes with access::with_key want one of these keys, in `X-API-Key` or as a bearer token.
  void demand(api_keys keys) { keys_ = std::move(keys); }

  // Answers a request. Never throws: an exception of a handler is logged and becomes a 500, a full pool a 503.
  task<http::response> handle(const http::request* request);

 private:
  struct route_entry {
    http::method verb;
    std::vector<std::string> segments;  // "{" begins a parameter
    access who;
    route_metrics counted;
    handler run;
  };
  struct match {
    const route_entry* route = nullptr;
    std::vector<std::string_view> parameters;
    std::string allow;  // the methods of the path, when it exists
  };

  [[nodiscard]] match find(const http::request& request) const;
  // What is answered without a handler: no such route, no such method, no valid key.
  [[nodiscard]] std::optional<http::response> refuse(const match& found, const http::request& request) const;
  void identify(const http::request* request);
  std::string new_id();
  [[nodiscard]] bool admits(const route_entry& route, const http::request& request) const;

  metrics::block counts_;
  std::vector<route_entry> routes_;
  std::optional<route_metrics> unmatched_;
  std::optional<api_keys> keys_;
  uuid_generator ids_;
};

// {"detail":"..."} with any text.
http::response error(int status, std::string_view detail);

}  // namespace jury::api
