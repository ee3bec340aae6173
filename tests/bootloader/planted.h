// The bootloader's sources with one fault each, made by CMakeLists.txt at build time.
#pragma once

#include "tests/bootloader/boot_path.h"

extern "C" {
boot_outcome boot_prepare_MarkedBeforeTheCopy(boot* state);
boot_outcome boot_prepare_NoFinalCheck(boot* state);
boot_outcome boot_prepare_NoProgressMarks(boot* state);
boot_outcome boot_prepare_TrialNotCounted(boot* state);
}

namespace flotilla::bootloader_test {

struct PlantedFault {
  const char* name;
  Prepare prepare;
  bool on_bad_supply = false;
};

inline constexpr PlantedFault kPlantedFaults[] = {
    {"MarkedBeforeTheCopy", boot_prepare_MarkedBeforeTheCopy},
    {"NoFinalCheck", boot_prepare_NoFinalCheck},
    {"NoProgressMarks", boot_prepare_NoProgressMarks, true},
    {"TrialNotCounted", boot_prepare_TrialNotCounted},
};

}  // namespace flotilla::bootloader_test
