// What the server gives out: images and configurations, each by its SHA-256.
#pragma once

#include "common/digest.h"
#include "daemon/service/ports.h"

namespace flotilla::https {

struct FileName {
  service::FileKind kind = service::FileKind::Image;
  Digest sha256;
  friend bool operator==(const FileName& a, const FileName& b) { return a.kind == b.kind && a.sha256 == b.sha256; }
};

// "image" and "configuration", for messages.
[[nodiscard]] constexpr const char* noun(service::FileKind kind) {
  switch (kind) {
    case service::FileKind::Image: return "image";
    case service::FileKind::Config: return "configuration";
  }
  return "file";
}

}  // namespace flotilla::https
