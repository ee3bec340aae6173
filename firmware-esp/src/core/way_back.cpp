#include "firmware-esp/src/core/way_back.h"

#include "common/flash_map.h"

namespace flotilla {

bool arm_way_back(Ledger& ledger, hal::Flash& flash, hal::Boot& boot, hal::Crypto& crypto, Scratch& scratch) {
  if (!ledger.has_confirmed() || ledger.trial().ways_back >= kMaxWaysBack) return false;
  const auto& confirmed = ledger.confirmed();
  const auto kept = identify_image(flash, crypto, flash_map::kSlotImage[confirmed.slot], scratch);
  if (kept.size != confirmed.image_size || kept.sha256 != confirmed.image_sha256) return false;
  if (!ensure_filler(flash, confirmed.slot)) return false;
  TrialUseRecord use = ledger.trial();
  ++use.ways_back;
  // Without a durable count a way back that never succeeds would restart the board for ever.
  if (!ledger.record_trial(use)) return false;
  hal::BootOrder order;
  order.slot = confirmed.slot;
  order.length = confirmed.image_size;
  return boot.arm(order);
}

}  // namespace flotilla
