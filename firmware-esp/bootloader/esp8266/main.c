/* The bootloader on the chip: mask-ROM calls at their published addresses (eagle.rom.addr.v6.ld of the Arduino core), the
 * wake token in RTC memory, and the jump into the image. The cache is off, nothing of the SDK runs yet. */
#include "firmware-esp/bootloader/boot.h"

#define ROM_READ         ((int (*)(uint32_t, uint32_t*, uint32_t))0x40004b1c)
#define ROM_WRITE        ((int (*)(uint32_t, const uint32_t*, uint32_t))0x40004a4c)
#define ROM_ERASE_SECTOR ((int (*)(uint32_t))0x40004a00)
#define ROM_PUTC         ((void (*)(char))0x40002be8)
#define ROM_WDT_ENABLE   ((void (*)(uint32_t, uint32_t, uint32_t))0x40002fa0)

#define REGISTER(address) (*(volatile uint32_t*)(address))
#define WDT_FEED          REGISTER(0x60000914)
#define RTC_CONTROL       REGISTER(0x60000700)
#define RTC_RESET         0x80000000u

/* What eboot loads: data RAM, and instruction RAM below this bootloader (32 or 48 KiB of it, by the sketch's choice). */
#define DRAM_BEGIN 0x3FFE8000u
#define DRAM_END   0x3FFFC000u
#define IRAM_BEGIN 0x40100000u
#define IRAM_END   0x4010C000u
#define STACK      0x3FFFFFF0u

/* The first bytes of .text, and so of the file behind its two headers: the way in, then what says whose journal is kept
 * here (BOOT_SIGNATURE at file offset 20). */
__asm__(
    ".section .text.entry, \"ax\"\n"
    ".global bootloader_entry\n"
    ".align 4\n"
    "bootloader_entry:\n"
    "  j bootloader_main\n"
    "  .align 4\n"
    "  .word 0x544F4246, 1\n");

static struct boot state; /* not zeroed: boot_prepare() fills it */

static bool read_flash(void* context, uint32_t address, uint32_t* out, uint32_t size) {
  (void)context;
  return ROM_READ(address, out, size) == 0;
}

static bool program_flash(void* context, uint32_t address, const uint32_t* words, uint32_t size) {
  (void)context;
  return ROM_WRITE(address, words, size) == 0;
}

static bool erase_flash(void* context, uint32_t address) {
  (void)context;
  return ROM_ERASE_SECTOR(address / 0x1000) == 0;
}

static void feed(void* context) {
  (void)context;
  WDT_FEED = 0x73;
}

/* About 13 seconds, as eboot sets it for its copy. The SDK sets its own later. */
static void guard(void* context) {
  (void)context;
  ROM_WDT_ENABLE(4, 12, 12);
}

static void say(void* context, char c) {
  (void)context;
  ROM_PUTC(c);
}

static bool take_wake_token(void* context) {
  (void)context;
  const bool found =
      REGISTER(BOOT_WAKE_ADDRESS) == BOOT_WAKE_TOKEN && REGISTER(BOOT_WAKE_ADDRESS + 4) == ~BOOT_WAKE_TOKEN;
  REGISTER(BOOT_WAKE_ADDRESS) = 0;
  if (!found) REGISTER(BOOT_WAKE_ADDRESS + 4) = 0;
  return found;
}

static void reset(void) {
  RTC_CONTROL |= RTC_RESET;
  for (;;) continue;
}

static bool is_loaded(uint32_t begin, uint32_t size) {
  const uint32_t end = begin + size;
  return (begin >= DRAM_BEGIN && end <= DRAM_END) || (begin >= IRAM_BEGIN && end <= IRAM_END);
}

/* Header {0xE9, segments, mode, size; entry}, then {address, size, bytes} for each segment. What lies in the flash window
 * stays where it is. boot_prepare() has checked the header. */
static void start(uint32_t at) {
  uint32_t header[2];
  uint32_t segment[2];
  if (ROM_READ(at, header, sizeof header) != 0) reset();
  at += sizeof header;
  for (uint32_t i = header[0] >> 8 & 0xFF; i != 0; --i) {
    if (ROM_READ(at, segment, sizeof segment) != 0) reset();
    at += sizeof segment;
    if (is_loaded(segment[0], segment[1]) && ROM_READ(at, (uint32_t*)segment[0], segment[1]) != 0) reset();
    at += segment[1];
  }
  ROM_PUTC('\n');
  __asm__ volatile("mov a1, %0\n\tjx %1" : : "a"(STACK), "a"(header[1]) : "memory");
  __builtin_unreachable();
}

__attribute__((used)) void bootloader_main(void) {
  static const struct boot_map map = {0x1000, 0x1000, 0xFB000, {0x1FC000, 0x1FD000}}; /* common/flash_map.h */
  static const struct boot_platform platform = {0,    read_flash, program_flash, erase_flash,
                                                feed, guard,      say,           take_wake_token};
  for (const char* c = "\nflotilla boot 1 "; *c != 0; ++c) ROM_PUTC(*c);
  state.map = &map;
  state.platform = &platform;
  if (boot_prepare(&state) == BOOT_START) start(map.image);
  reset();
}
