#include "proto/host/quiet.h"

#include <mutex>

#include <google/protobuf/stubs/logging.h>

namespace flotilla::wire {

void quiet_protobuf() {
  static std::once_flag once;
  std::call_once(once, [] { google::protobuf::SetLogHandler(nullptr); });
}

}  // namespace flotilla::wire
