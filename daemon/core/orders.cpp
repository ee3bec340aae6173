#include "daemon/core/orders.h"

#include <algorithm>

#include "daemon/core/names.h"

namespace flotilla::core {
namespace {

std::string describe(const Order& order) {
  auto text = std::string{to_string(order.kind)};
  if (!order.release.empty()) text += " " + order.release;
  return text + ", attempt " + std::to_string(order.attempt) + ", sequence " + std::to_string(order.sequence);
}

void put_in_force(World& world, Turn& turn, Device& device, Order order, std::uint32_t valid_seconds,
                  const std::string& why) {
  order.sequence = ++device.sequence;
  order.trust_version = world.config.trust_version;
  order.issued_at = turn.now.wall;
  order.expires_at = turn.now.wall + valid_seconds;
  world.note(turn, device.id, order.rollout, "order", describe(order) + (why.empty() ? "" : ": " + why));
  device.order = std::move(order);
  world.touch(turn, device);
  publish(world, turn, device);
}

std::uint32_t validity(World& world, const Order& order) {
  const Book* book = world.book(order.rollout);
  switch (order.kind) {
    case OrderKind::Install: return book != nullptr ? book->row.policy.order_seconds : kCancelSeconds;
    case OrderKind::Cancel: return kCancelSeconds;
    case OrderKind::UpdateConfig: return kConfigSeconds;
  }
  return kCancelSeconds;
}

}  // namespace

AttemptId new_attempt(World& world, Turn& turn, const Device& device) {
  if (world.meta.next_attempt == device.reported.attempt_id) ++world.meta.next_attempt;
  turn.out.meta_changed = true;
  return world.meta.next_attempt++;
}

bool is_hindrance(Reason refusal) {
  return refusal == Reason::Unfit || refusal == Reason::LowMemory || refusal == Reason::NoTime;
}

bool has_rested(World& world, const Device& device, Reason refusal) {
  // Network time comes within seconds; a battery or a fragmented heap takes longer, and each look costs a signature check.
  const bool takes_time = refusal == Reason::Unfit || refusal == Reason::LowMemory;
  const auto least = takes_time ? std::int64_t{kHindranceRetrySeconds} * 1000 : 0;
  return world.clock.link() - world.pulses[device.id].published > std::max(2 * world.interval_ms(device), least);
}

bool can_sign(const Turn& turn, const Device& device) { return turn.now.wall_trusted && device.sequence < UINT32_MAX; }

void order_install(World& world, Turn& turn, Book& book, Member& member) {
  Device& device = *world.device(member.device);
  for (const auto id : world.live_rollouts(device.id)) {
    Member& other = *world.member(id, device.id);
    if (id != member.rollout && other.state == MemberState::Soaking) {
      world.move(turn, other, MemberEvent::Supersede, Reason::None,
                 "rollout " + std::to_string(member.rollout) + " took over");
    }
  }
  world.set_attempt(turn, member, new_attempt(world, turn, device));
  ++member.attempts;
  if (device.first_seen_at != 0) member.previous_version = std::string{device.reported.running_version.view()};
  world.pulses[device.id].hit_by_outage = false;
  world.pulses[device.id].undelivered.clear();
  const RolloutPolicy& policy = book.row.policy;
  Order order;
  order.kind = OrderKind::Install;
  order.attempt = member.attempt;
  order.rollout = book.row.id;
  order.release = book.row.release;
  order.download_seconds = policy.download_seconds;
  order.trial_boots = policy.trial_boots;
  order.trial_seconds = policy.trial_seconds;
  order.trial_maximum_seconds = policy.trial_maximum_seconds;
  put_in_force(world, turn, device, std::move(order), policy.order_seconds, "");
  world.move(turn, member, MemberEvent::Order, Reason::None, "");
  world.set_deadline(turn, member, world.in_seconds(policy.accept_seconds));
}

void order_cancel(World& world, Turn& turn, Device& device, AttemptId attempt, RolloutId rollout) {
  if (!can_sign(turn, device)) return;
  Order order;
  order.kind = OrderKind::Cancel;
  order.attempt = attempt;
  order.rollout = rollout;
  put_in_force(world, turn, device, std::move(order), kCancelSeconds, "the attempt is not in force");
}

void order_config(World& world, Turn& turn, Device& device, bool accepted) {
  if (!accepted) world.pulses[device.id].hit_by_outage = false;
  world.pulses[device.id].undelivered.clear();
  Order order;
  order.kind = OrderKind::UpdateConfig;
  order.attempt = device.config->attempt;
  order.accepted = accepted;
  put_in_force(world, turn, device, std::move(order), kConfigSeconds, "");
}

bool renew(World& world, Turn& turn, Device& device, const std::string& why) {
  if (!device.order || !can_sign(turn, device)) return false;
  const auto valid_seconds = validity(world, *device.order);
  put_in_force(world, turn, device, *device.order, valid_seconds, why);
  return true;
}

void drop_order(World& world, Turn& turn, Device& device) {
  if (!device.order) return;
  device.order.reset();
  world.touch(turn, device);
  publish(world, turn, device);
}

void publish(World& world, Turn& turn, const Device& device) {
  world.pulses[device.id].published = world.clock.link();
  auto& list = turn.out.publish;
  if (list.empty() || list.back() != device.id) list.push_back(device.id);
}

void withdraw_unaccepted(World& world, Turn& turn, Member& member) {
  Device* device = world.device(member.device);
  if (device == nullptr || !device->order || device->order->rollout != member.rollout) return;
  if (device->order->kind != OrderKind::Install || device->order->accepted) return;
  drop_order(world, turn, *device);
  world.set_attempt(turn, member, 0);
}

}  // namespace flotilla::core
