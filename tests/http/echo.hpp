#pragma once
// The handler of the wire tests: it tells what it understood.

#include <string>

#include "http/message.hpp"

namespace jury::http::test {

// "POST /path?query body", and more for some paths: /host and /x answer the request's host and its field X.
inline response echo(const request& request) {
  response answer{.content_type = "text/plain"};
  if (request.path == "/host") {
    answer.body = request.host;
  } else if (request.path == "/x") {
    answer.body = request.header("x").value_or("(none)");
  } else if (request.path == "/204" || request.path == "/304") {
    answer.status = request.path == "/204" ? 204 : 304;
    answer.body = "not to be sent";
  } else if (request.path == "/close") {
    answer.close = true;
  } else {
    answer.body.append(request.method_text).append(" ").append(request.path);
    if (!request.query.empty()) answer.body.append("?").append(request.query);
    if (!request.body.empty()) answer.body.append(" ").append(request.body);
  }
  return answer;
}

}  // namespace jury::http::test
