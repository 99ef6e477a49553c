#include "adapters/local/run_command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "adapters/local/file_copy.h"
#include "adapters/local/file_descriptor.h"

extern char** environ;

namespace varve {
namespace {

constexpr uint64_t kOutputBytesMax = 1 << 20;

// A file in memory: unlike a pipe it takes all at once, whether the other side reads or not.
Result<FileDescriptor> MemoryFile(const char* name) {
  FileDescriptor file(memfd_create(name, MFD_CLOEXEC));
  if (!file.valid()) return ErrnoError("make a file in memory for", name);
  return file;
}

Status Rewind(const FileDescriptor& file, const char* name) {
  if (lseek(file.get(), 0, SEEK_SET) != 0) return ErrnoError("rewind", name);
  return Ok{};
}

struct Streams {
  FileDescriptor input, output, errors;  // the latter two only if they are to be kept
};

Result<Streams> MakeStreams(const CommandSpec& spec) {
  Streams streams;
  VARVE_ASSIGN_OR_RETURN(streams.input, MemoryFile("input"));
  VARVE_RETURN_IF_ERROR(WriteAll(streams.input.get(), spec.input, "input"));
  VARVE_RETURN_IF_ERROR(Rewind(streams.input, "input"));
  if (!spec.keeps_output) return streams;
  VARVE_ASSIGN_OR_RETURN(streams.output, MemoryFile("output"));
  VARVE_ASSIGN_OR_RETURN(streams.errors, MemoryFile("errors"));
  return streams;
}

Result<pid_t> Spawn(const std::vector<std::string>& command, const Streams& streams) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, streams.input.get(), STDIN_FILENO);
  if (streams.output.valid()) {
    posix_spawn_file_actions_adddup2(&actions, streams.output.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, streams.errors.get(), STDERR_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A group of its own, so that it can be killed with its children; signals as if from a shell.
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);

  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return ErrnoError("run", command.front(), failed);
  return child;
}

// Whether the child ended within the timeout.
bool Ends(pid_t child, int64_t timeout_ms) {
  const FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  if (!process.valid()) return true;  // no such call here: wait for as long as it takes
  pollfd wanted = {process.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&wanted, 1, static_cast<int>(timeout_ms));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

std::string FailureOf(int status) {
  if (WIFSIGNALED(status)) return "died of signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return "exited with " + std::to_string(WEXITSTATUS(status));
  return "";
}

Status Collect(const FileDescriptor& file, const std::string& program, std::string* text) {
  if (!file.valid()) return Ok{};
  VARVE_RETURN_IF_ERROR(Rewind(file, program.c_str()));
  VARVE_ASSIGN_OR_RETURN(*text, ReadAll(file.get(), kOutputBytesMax, "what " + program + " wrote"));
  return Ok{};
}

}  // namespace

Result<CommandEnd> RunCommand(const CommandSpec& spec) {
  if (spec.arguments.empty()) return Error{Code::kInvalidArgument, "the command is empty"};
  const std::string& program = spec.arguments.front();
  VARVE_ASSIGN_OR_RETURN(const Streams streams, MakeStreams(spec));
  VARVE_ASSIGN_OR_RETURN(const pid_t child, Spawn(spec.arguments, streams));
  const bool ended = Ends(child, spec.timeout_ms);
  if (!ended) kill(-child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!ended) {
    return Error{Code::kIo, program + " did not end within " + std::to_string(spec.timeout_ms) +
                                " ms and was killed"};
  }
  CommandEnd end;
  end.failure = FailureOf(status);
  VARVE_RETURN_IF_ERROR(Collect(streams.output, program, &end.output));
  VARVE_RETURN_IF_ERROR(Collect(streams.errors, program, &end.errors));
  return end;
}

}  // namespace varve
