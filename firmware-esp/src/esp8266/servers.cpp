#include "firmware-esp/src/esp8266/servers.h"

#include "firmware-esp/src/chip/ec_key.h"

namespace flotilla {

bool TlsIdentity::load(const Provisioning& provisioning) {
  const ByteView ca = provisioning.ca_certificate;
  const ByteView own = provisioning.device_certificate;
  const EcKeyDer key = ec_key_der(provisioning.device_key);
  return anchor_.append(ca.data, ca.size) && certificate_.append(own.data, own.size) &&
         key_.parse(key.data(), key.size());
}

}  // namespace flotilla
