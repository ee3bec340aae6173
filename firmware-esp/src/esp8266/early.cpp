#include "firmware-esp/src/esp8266/early.h"

#include <Arduino.h>
#include <cont.h>
#include <coredecls.h>
#include <new>

#include "firmware-esp/src/core/agent.h"
#include "firmware-esp/src/core/early_boot.h"
#include "firmware-esp/src/esp8266/boot.h"
#include "firmware-esp/src/esp8266/crypto.h"
#include "firmware-esp/src/esp8266/flash.h"

namespace flotilla {
namespace {

alignas(Agent) unsigned char storage[sizeof(Agent)];

void count_this_boot() {
  auto& scratch = *new (storage) Scratch;
  EspFlash flash;
  EspBoot boot(EspBoot::Restart::AtOnce);
  EspCrypto crypto;
  // Restart does not return; there is nothing else to decide.
  static_cast<void>(early_boot(flash, boot, crypto, scratch));
}

}  // namespace

void* agent_storage() { return storage; }

}  // namespace flotilla

extern "C" void preinit() {
  cont_run(g_pcont, &flotilla::count_this_boot);
  cont_init(g_pcont);  // paints the stack anew, so that ESP.getFreeContStack() speaks of the sketch
}
