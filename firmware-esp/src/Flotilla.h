// Flotilla for the ESP8266: include this in a sketch. What it offers is in firmware-esp/src/esp8266/node.h.
#pragma once

#include "firmware-esp/src/esp8266/node.h"
