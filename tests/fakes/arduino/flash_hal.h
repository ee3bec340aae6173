// See fake_core.h. The layout 4M1M.
#pragma once

#define FS_PHYS_ADDR 0x300000U
#define FS_PHYS_SIZE 0xFA000U
