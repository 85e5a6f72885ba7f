#pragma once

namespace jury::cli {

// The program. Exit codes: 0 done, 1 failure, 2 the line was not understood, 3 the start-up failed.
int run(int argc, char** argv);

}  // namespace jury::cli
