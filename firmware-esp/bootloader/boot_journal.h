/* The boot journal: what the image area is to hold, and how far that has come. Written by the agent and the bootloader,
 * read by both. Two sectors; one transaction a sector, always in a freshly erased one that does not hold the newest.
 * Little endian. Frozen: a bootloader outlives many agents.
 *
 * A transaction is a body of 48 bytes at offset 0 and marks behind it. A mark is a word that is all ones until its event
 * and is then programmed to zero; one that a power cut left half programmed counts as set, and is made solid at once.
 * Marks lie 64 bytes apart (those of the progress excepted), so that no two share a page or an ECC unit of the flash.
 *
 * Example, the body that orders slot 1 (5,000 bytes) with slot 0 (4,096 bytes) to go back to and three trial boots:
 *   46 4c 42 31  07 00 00 00  00 10 20 00  88 13 00 00  <crc>  00 10 10 00  00 10 00 00  <crc>  03 00 00 00
 *   ff ff ff ff  ff ff ff ff  <CRC-32 of the 44 bytes before>                                      (docs/protocol.md) */
#pragma once

/* NOLINTBEGIN: C, named and included as C is */
#include <stdint.h>

#define BOOT_MAGIC       0x31424C46u /* "FLB1" */
#define BOOT_TRIALS_MAX  8u
#define BOOT_STRAYS_MAX  3u
#define BOOT_REPAIRS_MAX 4u

/* An image in a slot. */
struct boot_image {
  uint32_t source; /* flash address of its 0xE9, at the begin of a sector */
  uint32_t size;   /* bytes */
  uint32_t crc;    /* CRC-32 of them */
};

struct boot_transaction {
  uint32_t magic;
  uint32_t sequence;           /* of two good transactions the higher one counts; it may start over */
  struct boot_image new_image; /* what the image area is to hold */
  struct boot_image old_image; /* what to go back to */
  uint32_t trial_boots;        /* 1-8; 0: confirmed as soon as it is copied */
  uint32_t reserved[2];        /* all ones */
  uint32_t crc;                /* CRC-32 of all before */
};

/* Offsets of the marks in the sector. Of those that contradict each other the order of precedence is
 * UNDO, OK, COPIED, GO. */
enum boot_mark {
  BOOT_GO = 0x040,          /* agent: the body has been verified, the transaction counts */
  BOOT_BEGUN = 0x080,       /* boot: the image area is about to be erased */
  BOOT_COPIED = 0x0C0,      /* boot: the image area holds the new image, verified */
  BOOT_OK = 0x100,          /* agent: the new image is confirmed */
  BOOT_UNDO = 0x140,        /* both: go back; durable before the first erase of the way back */
  BOOT_CLOSED = 0x180,      /* boot: the way back is done */
  BOOT_OKFIX = 0x1C0,       /* boot: OK has been programmed once more, so that a cut cannot have left it weak */
  BOOT_TRIAL = 0x200,       /* + 64 * i, boot: the trial boot i has been used */
  BOOT_STRAY = 0x440,       /* + 64 * i, boot: an image that the journal does not know was started */
  BOOT_FORTH_AGAIN = 0x500, /* boot: the progress of the copy forth proved false, every sector is written again */
  BOOT_BACK_AGAIN = 0x540,  /* boot: likewise, of the copy back */
  BOOT_REPAIR = 0x580,      /* + 128 * i, boot: the image area was found damaged and is being written again */
  BOOT_REPAIRED = 0x5C0,    /* + 128 * i, boot: that is done */
  BOOT_SEEN = 0x780,        /* agent: the way back is in its own journal; only the agent reads it */
  BOOT_FORTH = 0x800,       /* + 4 * sector, boot: this sector of the copy forth has been verified */
  BOOT_BACK = 0xC00         /* + 4 * sector, boot: this sector of the copy back has been verified */
};
/* NOLINTEND */
#define BOOT_MARK_STEP     64u
#define BOOT_PROGRESS_STEP 4u

/* A planned wake from deep sleep leaves this in RTC memory, and whoever counts boots takes it away: two words at
 * 0x60001280 (user block 32; the first 32 are the stock bootloader's), the second one the first's complement. Our bootloader
 * sets both to 0, but leaves the second one where it took a token: so the agent knows that this boot is a wake. */
#define BOOT_WAKE_ADDRESS 0x60001280u
#define BOOT_WAKE_TOKEN   0x4B415746u /* "FWAK" */

/* Found at this offset of sector 0 in a bootloader that keeps this journal: the magic, then its version. */
#define BOOT_SIGNATURE_OFFSET 20u
#define BOOT_SIGNATURE        0x544F4246u /* "FBOT" */
