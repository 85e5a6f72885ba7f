#pragma once
// EXPECT_ERROR(result, "part of the message").

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace jury::model::test {

template <typename T>
testing::AssertionResult fails_with(const result<T>& checked, std::string_view part) {
  if (checked) return testing::AssertionFailure() << "no error, expected one with: " << part;
  if (checked.error().message.contains(part)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "expected an error with: " << part << "\ngot: " << checked.error().message;
}

}  // namespace jury::model::test

#define EXPECT_ERROR(checked, part) EXPECT_TRUE(::jury::model::test::fails_with((checked), (part)))
