// 160 MHz for as long as it lives: for signatures and TLS handshakes. What depends on the cycle count (software serial,
// bit-banged sensors) must not run meanwhile.
#pragma once

namespace flotilla {

class CpuBoost {
 public:
  CpuBoost();
  ~CpuBoost();
  CpuBoost(const CpuBoost&) = delete;
  CpuBoost& operator=(const CpuBoost&) = delete;

 private:
  unsigned char before_;  // MHz
};

}  // namespace flotilla
