#include "firmware-esp/src/esp8266/early.h"

#include <Arduino.h>
#include <cont.h>
#include <coredecls.h>
#include <new>
#include <osapi.h>
#include <user_interface.h>

#include "firmware-esp/src/core/agent.h"
#include "firmware-esp/src/core/early_boot.h"
#include "firmware-esp/src/esp8266/boot.h"
#include "firmware-esp/src/esp8266/crypto.h"
#include "firmware-esp/src/esp8266/flash.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kLookMs = 10'000;
constexpr std::uint8_t kPatience = 30;  // looks

alignas(Agent) unsigned char storage[sizeof(Agent)];
ETSTimer timer;
std::uint8_t looks = 0;  // since the last step

void look(void*) {
  if (++looks >= kPatience) system_restart();
}

void watch_for_steps() {
  looks = 0;
  os_timer_setfn(&timer, &look, nullptr);
  os_timer_arm(&timer, kLookMs, true);
}

void count_this_boot() {
  auto& scratch = *new (storage) Scratch;
  EspFlash flash;
  EspBoot boot(flash, EspBoot::Restart::AtOnce);
  EspCrypto crypto;
  // Restart does not return.
  if (early_boot(flash, boot, crypto, scratch) == EarlyBoot::Trial) watch_for_steps();
}

}  // namespace

void* agent_storage() { return storage; }

void agent_stepped(bool on_trial) {
  looks = 0;
  if (!on_trial) os_timer_disarm(&timer);
}

}  // namespace flotilla

extern "C" void preinit() {
  cont_run(g_pcont, &flotilla::count_this_boot);
  cont_init(g_pcont);  // paints the stack anew, so that ESP.getFreeContStack() speaks of the sketch
}
