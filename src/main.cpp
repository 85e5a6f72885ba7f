#include "cli/main.hpp"

int main(int argc, char** argv) { return jury::cli::run(argc, argv); }
