// See fake_core.h.
#pragma once
