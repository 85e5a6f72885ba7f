#pragma once
// A record as JSON, the answer of GET /decisions/{decision_id}.

#include <string>

#include "record/record.hpp"

namespace jury {

// Appends one JSON object: decision_id, reference, correlation_id, trace_id, received_at, decided_at (RFC 3339), model
// {name, version, sha256}, policy_version, request, row (numbers, null where missing), missing (booleans), margin (a
// number, or a list when there are several, or null), score, probabilities, decision, reasons, cached, copied_from,
// worker, latency_us {bind, cache, score}, status, response. Absent fields are null. `request` and `response` are
// embedded as they are when they are JSON texts, else as strings. Margins, score and probabilities have the fewest
// digits that parse back to the same number in the model's arithmetic; what is not finite is null.
void append_json(std::string& out, const record& source);

}  // namespace jury
