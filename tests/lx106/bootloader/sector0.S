// The bootloader under test: sector 0, as the project's own build makes it.
    .section .rodata.sector0, "a"
    .global sector0
    .align 4
sector0:
    .incbin "bootloader.bin"
