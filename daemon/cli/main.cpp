// `flotilla`, the operator's command line. Each verb file adds its subcommands.
#include <iostream>

#include "daemon/cli/cli.h"

int main(int argc, char** argv) {
  using namespace flotilla::cli;
  return run_cli(
      argc, argv,
      {add_status_commands, add_init_commands, add_enroll_commands, add_config_commands, add_device_commands,
       add_update_config_commands, add_release_offline_commands, add_release_online_commands, add_rollout_commands},
      std::cout, std::cerr);
}
