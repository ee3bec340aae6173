// See fake_core.h. The sketch's stack, on which something else runs once.
#pragma once

struct cont_t {
  bool painted = false;
};
inline cont_t fake_cont;
inline cont_t* g_pcont = &fake_cont;

inline void cont_run(cont_t*, void (*function)()) { function(); }
inline void cont_init(cont_t* cont) { cont->painted = true; }
