// Output and the end of a program by the emulator's semihosting, what a crash says, and the way into main().
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sim_call(int number, intptr_t a, intptr_t b, intptr_t c);
int main(void);

enum { kSimExit = 1, kSimWrite = 4, kStandardOutput = 1 };

static char line[256];
static size_t used;

static int flush(FILE* stream) {
  (void)stream;
  if (used > 0) sim_call(kSimWrite, kStandardOutput, (intptr_t)line, (intptr_t)used);
  used = 0;
  return 0;
}

static int put(char character, FILE* stream) {
  line[used++] = character;
  if (character == '\n' || used == sizeof line) flush(stream);
  return (unsigned char)character;
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, flush, _FDEV_SETUP_WRITE);
FILE* const stdout = &console;
FILE* const stderr = &console;

void _exit(int code) {
  flush(&console);
  for (;;) sim_call(kSimExit, code, 0, 0);
}

// A program that sets the processor's timer defines it; it does not come back.
void on_timer(void) __attribute__((weak));
enum { kInterrupt = 4 };

void report_exception(uint32_t cause, uint32_t pc, uint32_t address, uint32_t stack) {
  if (cause == kInterrupt && on_timer) on_timer();
  printf("CRASHED: exception %lu at 0x%08lx, address 0x%08lx, stack 0x%08lx\n", (unsigned long)cause, (unsigned long)pc,
         (unsigned long)address, (unsigned long)stack);
  _exit(139);
}

extern char __bss_start[], __bss_end[];
extern void (*__init_array_start[])(void);
extern void (*__init_array_end[])(void);

void start_program(void) {
  memset(__bss_start, 0, (size_t)(__bss_end - __bss_start));
  for (void (**constructor)(void) = __init_array_start; constructor < __init_array_end; ++constructor) (*constructor)();
  exit(main());
}
