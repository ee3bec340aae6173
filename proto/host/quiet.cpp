#include "proto/host/quiet.h"

#include <google/protobuf/stubs/logging.h>

namespace flotilla::wire {

void quiet_protobuf() {
  static const auto before = google::protobuf::SetLogHandler(nullptr);  // once, at the first call
  static_cast<void>(before);
}

}  // namespace flotilla::wire
