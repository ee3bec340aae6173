// Integer helpers that the compiler calls and that the ESP8266 has in its mask ROM, so Debian's libgcc leaves them out.
// Exact, not fast. Kept free of the operators that they implement.
#include <stdint.h>

uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t* remainder);  // libgcc has it

static uint32_t divide(uint32_t dividend, uint32_t divisor, uint32_t* remainder) {
  uint32_t quotient = 0;
  uint32_t rest = 0;
  for (int bit = 31; bit >= 0; --bit) {
    const uint32_t carry = rest >> 31;
    rest = rest << 1 | (dividend >> bit & 1);
    if (carry != 0 || rest >= divisor) {
      rest -= divisor;
      quotient |= UINT32_C(1) << bit;
    }
  }
  *remainder = rest;
  return quotient;
}

static uint32_t magnitude32(int32_t value) { return value < 0 ? 0u - (uint32_t)value : (uint32_t)value; }
static uint64_t magnitude64(int64_t value) { return value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value; }

uint32_t __udivsi3(uint32_t a, uint32_t b) {
  uint32_t rest;
  return divide(a, b, &rest);
}

uint32_t __umodsi3(uint32_t a, uint32_t b) {
  uint32_t rest;
  divide(a, b, &rest);
  return rest;
}

int32_t __divsi3(int32_t a, int32_t b) {
  const uint32_t quotient = __udivsi3(magnitude32(a), magnitude32(b));
  return (int32_t)((a < 0) != (b < 0) ? 0u - quotient : quotient);
}

int32_t __modsi3(int32_t a, int32_t b) {
  const uint32_t rest = __umodsi3(magnitude32(a), magnitude32(b));
  return (int32_t)(a < 0 ? 0u - rest : rest);
}

uint64_t __udivdi3(uint64_t a, uint64_t b) { return __udivmoddi4(a, b, 0); }

uint64_t __umoddi3(uint64_t a, uint64_t b) {
  uint64_t rest;
  __udivmoddi4(a, b, &rest);
  return rest;
}

int64_t __divdi3(int64_t a, int64_t b) {
  const uint64_t quotient = __udivdi3(magnitude64(a), magnitude64(b));
  return (int64_t)((a < 0) != (b < 0) ? UINT64_C(0) - quotient : quotient);
}

int64_t __moddi3(int64_t a, int64_t b) {
  const uint64_t rest = __umoddi3(magnitude64(a), magnitude64(b));
  return (int64_t)(a < 0 ? UINT64_C(0) - rest : rest);
}

typedef union {
  uint64_t whole;
  struct {
    uint32_t low, high;
  } half;
} Split;

uint64_t __umulsidi3(uint32_t a, uint32_t b) {
  const uint32_t a0 = a & 0xFFFF, a1 = a >> 16, b0 = b & 0xFFFF, b1 = b >> 16;
  const uint32_t middle = a1 * b0 + (a0 * b0 >> 16);  // at most 2^32 - 2^16: no carry
  const uint32_t other = a0 * b1 + (middle & 0xFFFF);
  Split product;
  product.half.low = a * b;
  product.half.high = a1 * b1 + (middle >> 16) + (other >> 16);
  return product.whole;
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
  const Split x = {a}, y = {b};
  Split product = {__umulsidi3(x.half.low, y.half.low)};
  product.half.high += x.half.low * y.half.high + x.half.high * y.half.low;
  return product.whole;
}
