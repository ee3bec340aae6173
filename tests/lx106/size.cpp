// All of the agent that a sketch can reach, linked against ports of which the compiler knows nothing: what this program
// holds is the agent's size. It is never run.
//
// To measure alone:  cmake --build build/dev --target lx106_size   (prints the table and the largest functions)
#include <new>

#include "firmware-esp/src/core/adoption.h"
#include "firmware-esp/src/core/agent.h"
#include "firmware-esp/src/core/early_boot.h"

namespace flotilla {

struct Platform {
  hal::Ports ports;
  Application& application;
  AgentConfig config;
  Scratch& scratch;  // what the platform has at set-up only
  Provisioning& provisioning;
  std::uint8_t* workspace;
  std::size_t workspace_size;
  volatile std::uint64_t seen;
};

// What stays in RAM for as long as the board runs, beside the objects' own data. The linker script sums it up.
alignas(Agent) std::uint8_t agent_memory[sizeof(Agent)] __attribute__((section(".instances.agent")));
alignas(Board) std::uint8_t board_memory[sizeof(Board)] __attribute__((section(".instances.board")));

extern "C" void run_agent(Platform& platform) {
  auto& ports = platform.ports;
  if (early_boot(ports.flash, ports.boot, ports.crypto, platform.scratch) == EarlyBoot::Restart) return;

  const Adoption adoption = adopt_provisioning(ports.flash);
  if (adoption != Adoption::None) platform.application.log(to_ram<80>(text_of(adoption)).view());
  auto& board = *new (board_memory) Board;
  if (load_board(ports.flash, ports.crypto, platform.workspace, platform.workspace_size, platform.provisioning,
                 board) != BoardCheck::Good) {
    return;
  }
  auto& agent = *new (agent_memory) Agent(ports, platform.application, platform.config, board);
  if (!agent.begin()) return;
  while (!agent.restarting()) agent.step();
  platform.seen = agent.attempt_id() + static_cast<unsigned>(agent.state()) + static_cast<unsigned>(agent.error()) +
                  static_cast<unsigned>(agent.refusal()) + agent.security_floor() + agent.last_sequence() +
                  agent.running_sha256().bytes[0] + (agent.seeded() ? 1 : 0);
}

}  // namespace flotilla
