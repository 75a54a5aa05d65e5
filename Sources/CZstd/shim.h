// zstd: the frames that trace-cmd writes by default.
#pragma once
#include <zstd.h>
#include <zstd_errors.h>
