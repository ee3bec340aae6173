// See fake_core.h. The bootloader's command as docs of the core describe it; the CRC is computed here on its own.
#pragma once

#include <cstdint>

#include "tests/fakes/arduino/fake_core.h"

#define EBOOT_MAGIC 0xeb001000
#define RTC_MEM     (fake_core::core().rtc.data())

enum action_t { ACTION_COPY_RAW = 1 };

struct eboot_command {
  std::uint32_t magic;
  enum action_t action;
  std::uint32_t args[29];
  std::uint32_t crc32;
};

// 0: there is a command.
extern "C" int eboot_command_read(struct eboot_command* command);
