// What happens in preinit(), before the C++ constructors and so before any line of the sketch: boots are counted there,
// because the sketch's own code may be what crashes.
//
// preinit() is called from the SDK's user_init(): .data and .bss are ready, the flash is mapped and the heap works, but no
// global object is constructed and the SDK runs no tasks (no Wi-Fi, no delay(), no yield()). It runs on the SDK's own
// stack, of which some 3 KB are left above the ROM's data at 0x3fffe000, below the 4 KB that the core has set apart there
// for the sketch. Those 4 KB lie idle until setup(), so the early boot runs on them (the core's cont_run()), guarded as
// the sketch is. A sketch must not define preinit() itself.
#pragma once

#include <cstddef>

namespace flotilla {

// The storage that the agent is constructed in later: before that, the early boot's work buffer. Keeps a kilobyte of RAM.
[[nodiscard]] void* agent_storage();

// Where an image or a provisioning is on trial, preinit() also starts a timer of the SDK: a sketch that waits for ever with
// delay(), in setup() or elsewhere, starves no watchdog, and neither does a board whose agent could not begin. Restarted
// after five minutes without a step its boots are counted, and it goes back. Call it after each step.
void agent_stepped(bool on_trial);

}  // namespace flotilla
