// The provisioning: decoded whole in RAM at set-up, or surveyed where it lies.
#include "proto/device/codec.h"
#include "proto/device/decoder.h"

namespace flotilla::device_wire {
namespace {

using fields::Kind;
using fields::ShapeOf;

// clang-format off
FLOTILLA_IN_FLASH constexpr std::uint32_t kProvisioning[] = {
    FLOTILLA_FIELD(Provisioning, device_id),
    FLOTILLA_FIELD(Provisioning, product),
    FLOTILLA_FIELD(Provisioning, hardware),
    FLOTILLA_FIELD(Provisioning, wifi_ssid),
    FLOTILLA_FIELD(Provisioning, wifi_password),
    FLOTILLA_FIELD(Provisioning, device_key),
    FLOTILLA_FIELD(Provisioning, device_certificate),
    FLOTILLA_FIELD(Provisioning, ca_certificate),
    FLOTILLA_FIELD(Provisioning, signed_trust_store),
    FLOTILLA_FIELD(Provisioning, broker_name),
    FLOTILLA_FIELD(Provisioning, addresses),
    FLOTILLA_FIELD(Provisioning, mqtt_port),
    FLOTILLA_FIELD(Provisioning, https_port),
    FLOTILLA_FIELD(Provisioning, ntp_host),
    FLOTILLA_FIELD(Provisioning, provisioned_at),
    FLOTILLA_FIELD(Provisioning, heartbeat_seconds),
    0};

// What the survey does not keep it holds against the same capacities.
template <typename Text>
using CheckedAs = ShapeOf<Kind::Checked, fields::Shape<Text>::kSize, fields::Shape<Text>::kMost>;
#define FLOTILLA_CHECKED(name, member) \
  FLOTILLA_FIELD_AS(Provisioning, name, ProvisioningSurvey, member, CheckedAs<decltype(Provisioning::name)>)
#define FLOTILLA_KEPT(name) FLOTILLA_FIELD_IN(Provisioning, name, ProvisioningSurvey, name)
using Key = ShapeOf<Kind::Span, sizeof(Provisioning::device_key)>;

FLOTILLA_IN_FLASH constexpr std::uint32_t kSurvey[] = {
    FLOTILLA_KEPT(device_id),
    FLOTILLA_KEPT(product),
    FLOTILLA_KEPT(hardware),
    FLOTILLA_CHECKED(wifi_ssid, device_id),
    FLOTILLA_CHECKED(wifi_password, device_id),
    FLOTILLA_FIELD_AS(Provisioning, device_key, ProvisioningSurvey, device_key, Key),
    FLOTILLA_KEPT(device_certificate),
    FLOTILLA_KEPT(ca_certificate),
    FLOTILLA_KEPT(signed_trust_store),
    FLOTILLA_CHECKED(broker_name, device_id),
    FLOTILLA_CHECKED(addresses, addresses),
    FLOTILLA_KEPT(mqtt_port),
    FLOTILLA_KEPT(https_port),
    FLOTILLA_CHECKED(ntp_host, device_id),
    FLOTILLA_KEPT(provisioned_at),
    FLOTILLA_KEPT(heartbeat_seconds),
    0};
// clang-format on

bool read_source(pb_istream_t* stream, pb_byte_t* out, std::size_t size) {
  auto& state = *static_cast<SourceState*>(stream->state);
  if (!state.source.read(state.offset, out, size)) return false;
  state.offset += static_cast<std::uint32_t>(size);
  return true;
}

}  // namespace

bool decode(ByteView bytes, Provisioning& out) {
  set_to_zero(out);  // absent is 0 here, as for the host
  pb_istream_t stream = pb_istream_from_buffer(bytes.data, bytes.size);
  return decode_fields(stream, kProvisioning, &out);
}

bool survey(ByteSource& source, std::uint32_t size, ProvisioningSurvey& out) {
  set_to_zero(out);
  SourceState state{source, 0};
  pb_istream_t stream{};
  stream.callback = read_source;
  stream.state = &state;
  stream.bytes_left = size;
  return decode_fields(stream, kSurvey, &out);
}

}  // namespace flotilla::device_wire
