/* One character on the serial port for each thing done:
 *   v source verified next   c copying   t0-t7 trial boot   w planned wake   u going back   r repairing   s0-s2 a stray
 *   image started   ! nothing to start */
#include "firmware-esp/bootloader/boot.h"

#define PASSES 3u /* over the whole image */
#define TRIES  3u /* for one sector, in each pass */

enum side { SIDE_NEW, SIDE_OLD };

static const uint32_t kCrcNibble[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
                                        0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                        0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};

static void say(struct boot* b, char c) { b->platform->say(b->platform->context, c); }

/* A failed read yields ones, as erased flash does: whatever is decided upon it destroys nothing. */
static void read_flash(struct boot* b, uint32_t address, uint32_t* out, uint32_t size) {
  if (b->platform->read(b->platform->context, address, out, size)) return;
  for (uint32_t i = 0; i < size / 4; ++i) out[i] = 0xFFFFFFFFu;
}

static uint32_t crc_words(uint32_t crc, const uint32_t* words, uint32_t size) {
  for (uint32_t i = 0; i < size; ++i) {
    const uint32_t byte = words[i / 4] >> (8 * (i % 4));
    crc = crc >> 4 ^ kCrcNibble[(crc ^ byte) & 15];
    crc = crc >> 4 ^ kCrcNibble[(crc ^ byte >> 4) & 15];
  }
  return crc;
}

static bool flash_has(struct boot* b, uint32_t address, const struct boot_image* image) {
  uint32_t crc = 0xFFFFFFFFu;
  const uint32_t sector = b->map->sector;
  for (uint32_t left = image->size; left != 0; address += sector) {
    const uint32_t size = left < sector ? left : sector;
    read_flash(b, address, b->buffer, sector);
    crc = crc_words(crc, b->buffer, size);
    left -= size;
    b->platform->feed(b->platform->context);
  }
  return ~crc == image->crc;
}

static void set(struct boot* b, uint32_t mark) {
  const uint32_t zero = 0;
  b->platform->program(b->platform->context, b->sector + mark, &zero, sizeof zero);
}

static bool is_set(struct boot* b, uint32_t mark) {
  uint32_t word = 0;
  read_flash(b, b->sector + mark, &word, sizeof word);
  if (word == 0xFFFFFFFFu) return false;
  if (word != 0) set(b, mark); /* torn by a cut: it counts, so it must not read differently the next time */
  return true;
}

/* Uses up the next of `count` marks; false when none is left. */
static bool use_one(struct boot* b, uint32_t first, uint32_t count, char what) {
  for (uint32_t i = 0; i < count; ++i) {
    if (is_set(b, first + i * BOOT_MARK_STEP)) continue;
    set(b, first + i * BOOT_MARK_STEP);
    say(b, what);
    say(b, (char)('0' + i));
    b->platform->guard(b->platform->context);
    return true;
  }
  return false;
}

static bool sound_image(const struct boot* b, const struct boot_image* image) {
  const uint32_t behind = b->map->image + b->map->image_max;
  return (image->source & (b->map->sector - 1)) == 0 && image->source >= behind && image->size - 1 < b->map->image_max;
}

static bool sound(const struct boot* b, const struct boot_transaction* t) {
  const uint32_t body = sizeof *t - sizeof t->crc;
  return t->magic == BOOT_MAGIC && t->crc == ~crc_words(0xFFFFFFFFu, (const uint32_t*)t, body) &&
         t->trial_boots <= BOOT_TRIALS_MAX && sound_image(b, &t->new_image) && sound_image(b, &t->old_image);
}

static void find_newest(struct boot* b) {
  struct boot_transaction found;
  b->sector = 0;
  for (int i = 0; i < 2; ++i) {
    uint32_t go = 0;
    read_flash(b, b->map->journal[i], (uint32_t*)&found, sizeof found);
    read_flash(b, b->map->journal[i] + BOOT_GO, &go, sizeof go);
    if (go == 0xFFFFFFFFu || !sound(b, &found)) continue;
    if (b->sector != 0 && (int32_t)(found.sequence - b->transaction.sequence) <= 0) continue;
    b->transaction = found;
    b->sector = b->map->journal[i];
  }
}

static bool copy_sector(struct boot* b, uint32_t from, uint32_t to) {
  const uint32_t sector = b->map->sector;
  read_flash(b, from, b->buffer, sector);
  for (uint32_t try = 0; try < TRIES; ++try) {
    b->platform->feed(b->platform->context);
    b->platform->erase(b->platform->context, to);
    b->platform->program(b->platform->context, to, b->buffer, sector);
    read_flash(b, to, b->check, sector);
    uint32_t same = 0;
    while (same < sector / 4 && b->buffer[same] == b->check[same]) ++same;
    if (same == sector / 4) return true;
  }
  return false;
}

/* Brings an image into the image area; nothing is destroyed unless its source is whole. Goes on behind the progress marks
 * that an earlier boot left, until the whole does not verify: then a mark was not true, and from there on none is believed.
 * A cut while good sectors are being written again could otherwise leave one that still reads well, and not for long. */
static bool install(struct boot* b, const struct boot_image* image, uint32_t progress) {
  const uint32_t again = progress == BOOT_FORTH ? BOOT_FORTH_AGAIN : BOOT_BACK_AGAIN;
  say(b, 'v');
  if (!flash_has(b, image->source, image)) return false;
  set(b, BOOT_BEGUN);
  for (uint32_t pass = 0; pass < PASSES; ++pass) {
    const bool from_scratch = is_set(b, again);
    say(b, 'c');
    for (uint32_t i = 0; i * b->map->sector < image->size; ++i) {
      const uint32_t at = i * b->map->sector;
      const uint32_t mark = progress + BOOT_PROGRESS_STEP * i;
      if (!from_scratch && is_set(b, mark)) continue;
      if (copy_sector(b, image->source + at, b->map->image + at)) set(b, mark);
    }
    if (flash_has(b, b->map->image, image)) return true;
    set(b, again);
  }
  return false;
}

/* The header of an image whose code starts in instruction RAM (elf2bin.py of the Arduino core). */
static bool startable(struct boot* b) {
  uint32_t header[2];
  read_flash(b, b->map->image, header, sizeof header);
  const uint32_t segments = header[0] >> 8 & 0xFF;
  return (header[0] & 0xFF) == 0xE9 && segments >= 1 && segments <= 16 && header[1] >> 16 == 0x4010;
}

/* The repair that was begun and not finished, or else the next one; BOOT_REPAIRS_MAX when all have been used. */
static uint32_t open_repair(struct boot* b) {
  uint32_t i = 0;
  while (i < BOOT_REPAIRS_MAX && is_set(b, BOOT_REPAIRED + 2 * BOOT_MARK_STEP * i)) ++i;
  return i;
}

/* The copy that belongs to this side has been done, and the image area holds something else. It was flashed by cable, or
 * it is damaged: what can be started may show itself a few times; an agent that comes up then writes a transaction that
 * knows it. Once a repair was begun there is no guessing any more, since a cut may have left half of it, or all of it in
 * cells that do not hold. */
static bool repair(struct boot* b, const struct boot_image* image, uint32_t progress) {
  const uint32_t number = open_repair(b);
  const uint32_t offset = 2 * BOOT_MARK_STEP * number;
  if (number == 0 && !is_set(b, BOOT_REPAIR)) {
    if (startable(b) && use_one(b, BOOT_STRAY, BOOT_STRAYS_MAX, 's')) return true;
  }
  if (!flash_has(b, image->source, image)) return false;
  say(b, 'r');
  if (number < BOOT_REPAIRS_MAX) set(b, BOOT_REPAIR + offset);
  if (!install(b, image, progress)) return false;
  if (number < BOOT_REPAIRS_MAX) set(b, BOOT_REPAIRED + offset);
  return true;
}

static bool repair_is_open(struct boot* b) {
  const uint32_t number = open_repair(b);
  return number < BOOT_REPAIRS_MAX && is_set(b, BOOT_REPAIR + 2 * BOOT_MARK_STEP * number);
}

static bool settle_on(struct boot* b, enum side side) {
  const struct boot_image* image = side == SIDE_NEW ? &b->transaction.new_image : &b->transaction.old_image;
  const uint32_t progress = side == SIDE_NEW ? BOOT_FORTH : BOOT_BACK;
  const uint32_t done = b->going_back ? BOOT_CLOSED : BOOT_COPIED;
  if (!is_set(b, done)) {
    if (done == BOOT_COPIED || is_set(b, BOOT_BEGUN)) {
      /* Going back without the old image: the new one may still stand whole. */
      const bool stands = done == BOOT_CLOSED && side == SIDE_NEW && flash_has(b, b->map->image, image);
      if (!stands && !install(b, image, progress)) return false;
      set(b, done);
      return true;
    }
    set(b, done); /* the image area was never touched */
  }
  if (repair_is_open(b)) return repair(b, image, progress);
  return b->planned_wake || flash_has(b, b->map->image, image) || repair(b, image, progress);
}

static void undo(struct boot* b) {
  b->going_back = true;
  set(b, BOOT_UNDO);
  say(b, 'u');
}

/* The side to start from, or back to. Trial boots are used up before the image starts, so that one that dies before any
 * code of the user still comes back. */
static enum side decide(struct boot* b) {
  b->going_back = is_set(b, BOOT_UNDO);
  if (b->going_back) {
    if (!is_set(b, BOOT_CLOSED))
      undo(b); /* solid before anything is erased: a cut may have left it readable but weak */
    return SIDE_OLD;
  }
  if (is_set(b, BOOT_OK)) {
    if (!is_set(b, BOOT_OKFIX)) {
      set(b, BOOT_OK);
      set(b, BOOT_OKFIX);
    }
    return SIDE_NEW;
  }
  set(b, BOOT_GO);
  if (!is_set(b, BOOT_COPIED)) {
    if (!settle_on(b, SIDE_NEW)) {
      undo(b);
      return SIDE_OLD;
    }
  }
  if (b->transaction.trial_boots == 0) return SIDE_NEW;
  if (b->planned_wake && is_set(b, BOOT_TRIAL)) {
    say(b, 'w');
    return SIDE_NEW;
  }
  if (use_one(b, BOOT_TRIAL, b->transaction.trial_boots, 't')) return SIDE_NEW;
  undo(b);
  return SIDE_OLD;
}

enum boot_outcome boot_prepare(struct boot* b) {
  b->planned_wake = b->platform->take_wake_token(b->platform->context);
  find_newest(b);
  if (b->sector != 0) {
    const enum side side = decide(b);
    if (!settle_on(b, side)) {
      undo(b);
      (void)(settle_on(b, SIDE_OLD) || settle_on(b, SIDE_NEW));
    }
  }
  if (startable(b)) return BOOT_START;
  say(b, '!');
  return BOOT_HOPELESS;
}
