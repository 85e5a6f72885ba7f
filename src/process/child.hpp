#pragma once
// Starting a process of the server.

#include <sys/types.h>

#include <functional>
#include <string>

namespace jury::process {

// Exit codes of the program and of each of its processes.
inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_start_up_failed = 3;

// Forks a child that runs `main` and exits with what it returns; an exception counts as exit_failure and is logged. In
// the child signals are as a fresh process has them, except that INT, QUIT, HUP, TTIN and TTOU are ignored: from a
// terminal or a service manager they reach the whole group, and what they mean is the supervisor's decision; and PIPE.
// The child is killed when its parent dies, so no orphan keeps the port. `name` (at most 15 characters shown) is what
// `htop` and the log call it. Call it before any thread exists. Returns the pid, or -1 with errno set.
pid_t start_child(const std::string& name, const std::function<int()>& main);

}  // namespace jury::process
