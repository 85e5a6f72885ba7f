#pragma once
// Floor 1. Doubles as text: the shortest digits that parse back to the same double, in two layouts.

#include <string>

namespace jury::schema {

// As JSON, laid out as Python's repr does: "1.0", "0.0001", "1e-7", "1e+16", "-0.0". Exponents are not padded
// (pydantic's form, not json.dumps'). NaN and the infinities have no JSON form and become "null".
void append_number(std::string& out, double value);

// For messages: never an exponent, no ".0" on whole numbers ("18", "1.5", "0.0000001"). NaN and the infinities are
// written "NaN", "inf" and "-inf".
void append_positional(std::string& out, double value);

}  // namespace jury::schema
