// The mask ROM's functions at the addresses at which the bootloader calls them (eagle.rom.addr.v6.ld of the Arduino core),
// the program that images on test consist of, and the way into the bootloader and out of it from anywhere.

    .section .rom, "ax"                 // at 0x40001000
.Lread: .word rom_read
.Lwrite: .word rom_write
.Lerase: .word rom_erase
.Lputc: .word rom_putc
.Lguard: .word rom_wdt_enable
.Lmemcpy: .word memcpy
.Lmemset: .word memset
.Lstarted: .word image_started
.Lstack: .word __rom_stack_top

// Runs the function in a9 on a stack of its own, so that the bootloader's can be measured.
    .org 0x100
on_rom_stack:
    l32r a10, .Lstack
    addi a10, a10, -16
    s32i a0, a10, 0
    s32i a1, a10, 4
    mov a1, a10
    callx0 a9
    l32i a0, a1, 0
    l32i a1, a1, 4
    ret

// Images jump here (code_of_images): image_started(number, stack pointer), which does not come back.
    .org 0x180
    .global on_image_started
on_image_started:
    mov a3, a1
    l32r a1, .Lstack
    l32r a9, .Lstarted
    jx a9

    .org 0x1be8                         // ets_putc, 0x40002be8
    l32r a9, .Lputc
    j on_rom_stack
    .org 0x1fa0                         // ets_wdt_enable, 0x40002fa0
    l32r a9, .Lguard
    j on_rom_stack
    .org 0x3a00                         // SPIEraseSector, 0x40004a00
    l32r a9, .Lerase
    j on_rom_stack
    .org 0x3a4c                         // SPIWrite, 0x40004a4c
    l32r a9, .Lwrite
    j on_rom_stack
    .org 0x3b1c                         // SPIRead, 0x40004b1c
    l32r a9, .Lread
    j on_rom_stack
    .org 0xcf48                         // memcpy, 0x4000df48
    l32r a9, .Lmemcpy
    jx a9
    .org 0xd190                         // memset, 0x4000e190
    l32r a9, .Lmemset
    jx a9

// What an image's code begins with; loaded to the begin of instruction RAM. The number is written behind the jump.
    .section .rodata.code_of_images, "a"
    .global code_of_images, code_of_images_end
    .align 4
code_of_images:
    j 1f
    .align 4
.Lnumber: .word 0
.Lreport: .word on_image_started
1:  l32r a2, .Lnumber
    l32r a9, .Lreport
    jx a9
    .align 4
code_of_images_end:

// int enter(void (*function)(void), void* stack_top): returns what leave() is given.
    .section .text.enter, "ax"
    .align 4
.Lway_back: .word way_back
    .global enter
    .align 4
enter:
    addi a1, a1, -32
    s32i a0, a1, 0
    s32i a12, a1, 4
    s32i a13, a1, 8
    s32i a14, a1, 12
    s32i a15, a1, 16
    l32r a4, .Lway_back
    s32i a1, a4, 0
    mov a1, a3
    jx a2

// void leave(int value), from however deep within, on whatever stack.
    .global leave
    .align 4
leave:
    l32r a4, .Lway_back
    l32i a1, a4, 0
    l32i a0, a1, 0
    l32i a12, a1, 4
    l32i a13, a1, 8
    l32i a14, a1, 12
    l32i a15, a1, 16
    addi a1, a1, 32
    ret

    .section .bss.way_back, "aw", @nobits
    .align 4
way_back: .space 4
