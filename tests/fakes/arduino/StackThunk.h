// See fake_core.h. The host has one stack: the thunk is the function under its other name.
#pragma once

#define make_stack_thunk(name) __asm__(".globl thunk_" #name "\n.set thunk_" #name ", " #name "\n");

inline void stack_thunk_add_ref() {}
inline void stack_thunk_del_ref() {}
