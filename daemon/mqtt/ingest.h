// From a message of the broker to a call of the sink.
#pragma once

#include <string_view>

#include "common/bytes.h"
#include "daemon/mqtt/ingest_sink.h"

namespace flotilla::mqtt {

// Thread-safe. What does not decode, is too large, or speaks another protocol version becomes malformed(), once.
void ingest(std::string_view topic, ByteView payload, bool retained, IngestSink& sink);

}  // namespace flotilla::mqtt
