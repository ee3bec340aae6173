#include "common/reason.h"

#include <iterator>

#include "common/reason_names.h"

namespace flotilla {
namespace {

FLOTILLA_IN_FLASH constexpr auto kPacked = pack_names<packed_words(kReasonNames)>(kReasonNames);

FlashText find(std::uint32_t number) { return find_name(kPacked.data(), std::size(kReasonNames), number); }

}  // namespace

FlashText name_of(Reason reason) { return find(static_cast<std::uint32_t>(reason)); }

Reason reason_from_number(std::uint32_t number) {
  return find(number).empty() ? Reason::Unknown : static_cast<Reason>(number);
}

}  // namespace flotilla
