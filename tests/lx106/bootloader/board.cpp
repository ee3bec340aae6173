#include "tests/lx106/bootloader/board.h"

#include <cstring>

#include "tests/lx106/stack.h"

extern "C" {
extern const std::uint8_t sector0[4096];
extern const std::uint8_t code_of_images[];
extern const std::uint8_t code_of_images_end[];
int enter(void (*function)(), void* stack_top);
[[noreturn]] void leave(int value);
}

namespace flotilla::lx106 {
namespace {

enum Left : int { kStarted = 1, kReset, kCut, kReturned };

constexpr std::uint32_t kDramBegin = 0x3FFE8000;  // what images may load to, and all of it
constexpr std::uint32_t kDramLoadEnd = 0x3FFFC000;
constexpr std::uint32_t kDramEnd = 0x40000000;
constexpr std::uint32_t kIramBegin = 0x40100000;
constexpr std::uint32_t kIramLoadEnd = 0x4010C000;
constexpr std::uint32_t kIramEnd = 0x40110000;
constexpr std::uint32_t kInFlash = 0x40201010;
constexpr std::uint32_t kRomStack = 0x3FFFFFB0;  // near the end of data RAM, as the mask ROM's
constexpr std::uint32_t kImageStack = 0x3FFFFFF0;
constexpr std::uint32_t kRtcBegin = 0x60001000;
constexpr std::uint32_t kRtcSize = 0x400;
constexpr std::uint32_t kRtcControl = 0x60000700;
constexpr std::uint32_t kRtcReset = 0x80000000;
constexpr std::uint8_t kPaint = 0xA5;
constexpr std::uint32_t kTimer = 1 << 6;
constexpr std::uint32_t kUserMode = 0x20;
constexpr std::uint32_t kTicksOfABoot = 20'000'000;  // far more than any takes
constexpr std::uint32_t kTicksToAReset = 1000;

std::uint8_t flash[flash_map::kFlashSize];

struct Machine {
  std::uint32_t operations = 0;
  std::uint32_t cut_at = 0;
  Damage damage = Damage::Nothing;
  std::uint32_t random = 1;
  std::uint32_t failing_read = 0;  // 0: none
  std::uint32_t rom_ticks = 0;
  Boot boot;
  std::string broken;
} machine;

std::uint8_t* memory(std::uint32_t address) { return reinterpret_cast<std::uint8_t*>(address); }

std::uint32_t word_at(const std::uint8_t* bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

void append_word(Image& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint32_t random_number() {
  machine.random ^= machine.random << 13;
  machine.random ^= machine.random >> 17;
  machine.random ^= machine.random << 5;
  return machine.random;
}

void expect(bool good, const char* rule) {
  if (!good && machine.broken.find(rule) == std::string::npos) machine.broken += std::string(rule) + "; ";
}

bool is_journal(std::uint32_t address) {
  return address >= flash_map::kBootJournal && address < flash_map::kBootJournal + 2 * flash_map::kSector;
}

// Whether this operation is the one that is cut, and how much of its bytes is done.
bool strike(std::uint32_t& size) {
  const bool cut = ++machine.operations == machine.cut_at;
  if (!cut) return false;
  if (machine.damage == Damage::Nothing) size = 0;
  if (machine.damage == Damage::Prefix) size = random_number() % size;
  return true;
}

void erase(std::uint32_t address) {
  std::uint32_t size = flash_map::kSector;
  const bool cut = strike(size);
  if (cut && machine.damage == Damage::RandomBits) {
    for (std::uint32_t i = 0; i < size; ++i) flash[address + i] |= static_cast<std::uint8_t>(random_number());
  } else {
    std::memset(flash + address, 0xFF, size);
  }
  if (cut) leave(kCut);
}

void program(std::uint32_t address, const std::uint8_t* bytes, std::uint32_t size) {
  while (size != 0) {
    const std::uint32_t room = kPage - address % kPage;
    const std::uint32_t piece = size < room ? size : room;
    std::uint32_t done = piece;
    const bool cut = strike(done);
    const bool some = cut && machine.damage == Damage::RandomBits;
    for (std::uint32_t i = 0; i < done; ++i) {
      flash[address + i] &= static_cast<std::uint8_t>(bytes[i] | (some ? random_number() : 0));
    }
    if (cut) leave(kCut);
    address += piece;
    bytes += piece;
    size -= piece;
  }
}

bool in_flash(std::uint32_t address, std::uint32_t size) {
  return address <= flash_map::kFlashSize && size <= flash_map::kFlashSize - address;
}

// Each loaded segment of the image in the image area stands in RAM, byte for byte.
bool image_is_loaded() {
  const std::uint8_t* at = flash + flash_map::kImage;
  const unsigned segments = at[1];
  at += 8;
  bool same = segments != 0;
  for (unsigned i = 0; i < segments; ++i) {
    const std::uint32_t address = word_at(at);
    const std::uint32_t size = word_at(at + 4);
    at += 8;
    if (address < kInFlash) same = same && std::memcmp(memory(address), at, size) == 0;
    at += size;
  }
  return same;
}

// The bootloader's own use of its stack, which was painted up to here.
std::size_t stack_depth() {
  std::uint32_t at = kDramLoadEnd;
  while (at < kRomStack && *memory(at) == kPaint) ++at;
  return kRomStack - at;
}

// Ends whatever runs then.
void set_timer(std::uint32_t in_ticks) { asm volatile("wsr.ccompare0 %0" ::"r"(ticks() + in_ticks)); }
void enable_timer(bool on) { asm volatile("wsr.intenable %0\n\trsync" ::"r"(on ? kTimer : 0)); }

// What the mask ROM does with sector 0.
std::uint32_t load_sector0() {
  const std::uint8_t* at = flash;
  expect(at[0] == 0xE9, "sector 0 is no image");
  const unsigned segments = at[1];
  const std::uint32_t entry = word_at(at + 4);
  at += 8;
  for (unsigned i = 0; i < segments && i < 4; ++i) {
    const std::uint32_t size = word_at(at + 4);
    std::memcpy(memory(word_at(at)), at + 8, size);
    at += 8 + size;
  }
  return entry;
}

class RomTime {
 public:
  ~RomTime() { machine.rom_ticks += ticks() - begin_; }

 private:
  std::uint32_t begin_ = ticks();
};

void (*work)(void*) = nullptr;
void* work_context = nullptr;
void do_work() {
  work(work_context);
  leave(kReturned);
}
alignas(16) std::uint8_t work_stack[64 * 1024];

}  // namespace
}  // namespace flotilla::lx106

using namespace flotilla::lx106;
using flotilla::flash_map::kSector;

// The mask ROM, as the bootloader calls it (rom.S). 0 is success.
extern "C" {

int rom_read(std::uint32_t address, std::uint8_t* out, std::uint32_t size) {
  const RomTime time;
  expect(in_flash(address, size), "a read outside of the flash");
  expect(address % 4 == 0 && reinterpret_cast<std::uintptr_t>(out) % 4 == 0 && size % 4 == 0, "a read of half words");
  if (address == machine.failing_read && address != 0) {
    set_timer(kTicksToAReset);
    return 1;
  }
  std::memcpy(out, flash + address, size);
  return 0;
}

int rom_write(std::uint32_t address, const std::uint8_t* bytes, std::uint32_t size) {
  const RomTime time;
  expect(in_flash(address, size) && address % 4 == 0 && size % 4 == 0, "a write of half words or outside of the flash");
  expect(reinterpret_cast<std::uintptr_t>(bytes) % 4 == 0, "a write from half a word");
  expect(address >= kSector, "sector 0 was written");
  program(address, bytes, size);
  return 0;
}

int rom_erase(std::uint32_t sector) {
  const RomTime time;
  expect(in_flash(sector * kSector, kSector), "an erase outside of the flash");
  expect(sector != 0, "sector 0 was erased");
  expect(!is_journal(sector * kSector), "a journal sector was erased by the bootloader");
  erase(sector * kSector);
  return 0;
}

void rom_putc(char c) {
  const RomTime time;
  machine.boot.said += c;
  if (c == '!') set_timer(kTicksToAReset);  // it means to reset next, which the emulator cannot
}

void rom_wdt_enable(std::uint32_t, std::uint32_t, std::uint32_t) { ++machine.boot.guards; }

void on_timer() {
  enable_timer(false);
  asm volatile("wsr.ps %0\n\trsync" ::"r"(kUserMode));
  expect((word_at(memory(kRtcControl)) & kRtcReset) != 0, "the bootloader hangs");
  leave(kReset);
}

void image_started(std::uint32_t number, std::uint32_t stack) {
  machine.boot.image = number;
  expect(stack == kImageStack, "the image began on another stack");
  expect(image_is_loaded(), "the image is not loaded as it stands in flash");
  leave(kStarted);
}
}

namespace flotilla::lx106 {

Image Board::make_image(std::uint32_t number, std::uint32_t size, bool fills_ram) {
  machine.random = number * 2654435761U | 1;
  Image code(code_of_images, code_of_images_end);
  for (int i = 0; i < 4; ++i) code[4 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(number >> (8 * i));
  code.resize(fills_ram ? kIramLoadEnd - kIramBegin : 1024, 0x5A);
  Image data(fills_ram ? kDramLoadEnd - kDramBegin : 512);
  for (auto& byte : data) byte = static_cast<std::uint8_t>(random_number());
  const auto rest = size - 8 - 3 * 8 - static_cast<std::uint32_t>(code.size() + data.size());

  Image out = {0xE9, 3, 2, 0x40};
  out.reserve(size);
  append_word(out, kIramBegin);
  append_word(out, kInFlash);
  append_word(out, rest);
  for (std::uint32_t i = 0; i < rest; ++i) out.push_back(static_cast<std::uint8_t>(random_number()));
  append_word(out, kIramBegin);
  append_word(out, static_cast<std::uint32_t>(code.size()));
  out.insert(out.end(), code.begin(), code.end());
  append_word(out, kDramBegin);
  append_word(out, static_cast<std::uint32_t>(data.size()));
  out.insert(out.end(), data.begin(), data.end());
  return out;
}

void Board::reset_all() {
  std::memset(flash, 0xFF, sizeof flash);
  std::memcpy(flash, sector0, sizeof sector0);
  machine = {};
}

void Board::place(std::uint32_t address, const Image& bytes) {
  std::memcpy(flash + address, bytes.data(), bytes.size());
}

void Board::erase_area(std::uint32_t address, std::uint32_t size) { std::memset(flash + address, 0xFF, size); }

bool Board::holds(std::uint32_t address, const Image& bytes) const {
  return std::memcmp(flash + address, bytes.data(), bytes.size()) == 0;
}

void Board::plan_cut(std::uint32_t operation, Damage damage, std::uint32_t seed) {
  machine.operations = 0;
  machine.cut_at = operation;
  machine.damage = damage;
  machine.random = seed | 1;
}

std::uint32_t Board::operations() const { return machine.operations; }

void Board::fail_read_of(std::uint32_t address) { machine.failing_read = address; }

Boot Board::boot(bool power_was_off) {
  if (power_was_off) {
    for (std::uint32_t at = 0; at < kRtcSize; at += 4)
      *reinterpret_cast<std::uint32_t*>(kRtcBegin + at) = random_number();
  }
  std::memset(memory(kDramBegin), kPaint, kDramEnd - kDramBegin);
  std::memset(memory(kIramBegin), kPaint, kIramEnd - kIramBegin);
  machine.boot = {};
  machine.rom_ticks = 0;
  std::memset(memory(kRtcControl), 0, 4);
  const std::uint32_t entry = load_sector0();
  set_timer(kTicksOfABoot);
  enable_timer(true);
  const std::uint32_t begin = ticks();
  const int left = enter(reinterpret_cast<void (*)()>(entry), memory(kRomStack));
  enable_timer(false);
  machine.boot.ticks = ticks() - begin - machine.rom_ticks;
  machine.boot.end = left == kStarted ? Boot::End::Started : left == kCut ? Boot::End::PowerCut : Boot::End::Reset;
  machine.boot.stack = stack_depth();
  expect(std::memcmp(flash, sector0, sizeof sector0) == 0, "sector 0 has changed");
  return machine.boot;
}

void Board::leave_wake_token() {
  *reinterpret_cast<std::uint32_t*>(BOOT_WAKE_ADDRESS) = BOOT_WAKE_TOKEN;
  *reinterpret_cast<std::uint32_t*>(BOOT_WAKE_ADDRESS + 4) = ~BOOT_WAKE_TOKEN;
}

bool Board::tells_of_a_wake() const {
  return *reinterpret_cast<const std::uint32_t*>(BOOT_WAKE_ADDRESS) == 0 &&
         *reinterpret_cast<const std::uint32_t*>(BOOT_WAKE_ADDRESS + 4) == ~BOOT_WAKE_TOKEN;
}

bool Board::run_until_cut(void (*function)(void*), void* context) {
  work = function;
  work_context = context;
  return enter(do_work, work_stack + sizeof work_stack) == kReturned;
}

const std::string& Board::broken_rules() const { return machine.broken; }

bool BoardFlash::read(std::uint32_t address, std::uint8_t* out, std::size_t size) {
  if (!in_flash(address, static_cast<std::uint32_t>(size))) return false;
  std::memcpy(out, flash + address, size);
  return true;
}

bool BoardFlash::write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) {
  program(address, bytes, static_cast<std::uint32_t>(size));
  return true;
}

bool BoardFlash::erase_sector(std::uint32_t address) {
  erase(address);
  return true;
}

}  // namespace flotilla::lx106
