// The core keeps BearSSL's headers in a folder of their own.
#pragma once

#include <bearssl.h>
