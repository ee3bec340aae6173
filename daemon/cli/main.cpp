// `flotilla`, the operator's command line. Each verb file adds its subcommands.
#include <iostream>

#include "daemon/cli/cli.h"

int main(int argc, char** argv) {
  using namespace flotilla::cli;
  return run_cli(argc, argv, {add_init_commands, add_enroll_commands, add_release_offline_commands}, std::cout,
                 std::cerr);
}
