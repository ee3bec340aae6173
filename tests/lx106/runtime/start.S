// The first instructions, the exception vectors, the emulator's services and the change of stacks. Windows are not
// configured on this processor: every function is called by call0, a0 holds the way back, a1 the stack.

// The emulator starts here, at 0x50000000, whatever the program's entry says.
    .section .reset, "ax"
    .global _reset
_reset:
    j 1f
    .align 4
.Lstack: .word __stack_top
.Lstart: .word start_program
1:  movi a0, 0x20               // user mode, no exception, all interrupt levels
    wsr.ps a0
    rsync
    l32r a1, .Lstack
    l32r a0, .Lstart
    jx a0

// Offsets from VECBASE, which is 0x40000000: kernel exception 0x30, user exception 0x50, double exception 0x70.
    .section .vectors, "ax"
    .org 0x30
    j on_exception
    .org 0x50
    j on_exception
    .org 0x70
    j on_exception
    .org 0x80
    .align 4
.Lfault_stack: .word __fault_stack_top
.Lreport: .word report_exception
on_exception:
    mov a5, a1
    rsr.exccause a2
    rsr.epc1 a3
    rsr.excvaddr a4
    l32r a1, .Lfault_stack
    l32r a0, .Lreport
    jx a0

// int sim_call(int number, int a, int b, int c): what the emulator offers. 1 ends it, 4 writes to a file of the host.
    .section .text.sim_call, "ax"
    .global sim_call
    .align 4
sim_call:
    simcall
    ret

// void call_on_stack(void (*function)(void*), void* argument, void* stack_top)
    .section .text.call_on_stack, "ax"
    .global call_on_stack
    .align 4
call_on_stack:
    addi a4, a4, -16
    s32i a0, a4, 0
    s32i a1, a4, 4
    mov a1, a4
    mov a5, a2
    mov a2, a3
    callx0 a5
    l32i a0, a1, 0
    l32i a1, a1, 4
    ret
