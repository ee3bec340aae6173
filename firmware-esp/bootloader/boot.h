/* Makes the image area hold what the boot journal says, restartably at any flash operation, counts trial boots, and says
 * whether there is something to start. C11, freestanding, no globals; everything outside comes through boot_platform.
 * It never writes sector 0 and never erases a journal sector. */
#pragma once

/* NOLINTBEGIN: C, named and included as C is */
#include <stdbool.h>
#include <stdint.h>

#include "firmware-esp/bootloader/boot_journal.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BOOT_SECTOR_MAX 4096u

/* Where things lie (common/flash_map.h). */
struct boot_map {
  uint32_t sector; /* bytes that one erase clears: a power of two, at most BOOT_SECTOR_MAX */
  uint32_t image;  /* begin of the image area */
  uint32_t image_max;
  uint32_t journal[2];
};

/* Addresses and sizes are multiples of 4. read() and the others return false where the flash chip reports a failure. */
struct boot_platform {
  void* context;
  bool (*read)(void* context, uint32_t address, uint32_t* out, uint32_t size);
  bool (*program)(void* context, uint32_t address, const uint32_t* words, uint32_t size);
  bool (*erase)(void* context, uint32_t address);
  void (*feed)(void* context);        /* the watchdog */
  void (*guard)(void* context);       /* the watchdog on: what is started next may hang */
  void (*say)(void* context, char c); /* to the serial port */
  bool (*take_wake_token)(void* context);
};

struct boot {
  const struct boot_map* map;
  const struct boot_platform* platform;
  struct boot_transaction transaction; /* the newest that counts */
  uint32_t sector;                     /* where it lies; 0: there is none */
  bool planned_wake;
  bool going_back; /* UNDO as it was read once: a weak mark must not be two things in one boot */
  uint32_t buffer[BOOT_SECTOR_MAX / 4];
  uint32_t check[BOOT_SECTOR_MAX / 4];
};

enum boot_outcome { BOOT_HOPELESS, BOOT_START };

/* BOOT_START: start the image in the image area. BOOT_HOPELESS: nothing there and in the slots can be started.
 * `boot` needs map and platform set, the rest is filled. */
enum boot_outcome boot_prepare(struct boot* boot);

/* NOLINTEND */

#ifdef __cplusplus
}
#endif
