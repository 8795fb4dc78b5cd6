/*
 * CRC-32C (Castagnoli, RFC 3720 B.4) as fast as an x86-64 processor does it, for `src/protocol/records/crc32c.ts`.
 *
 * The processor's own instruction takes eight bytes, and its result is there three cycles later; one stream of bytes thus leaves two
 * of three cycles empty. Three streams side by side fill them. A CRC is linear, so the three results become that of the whole when
 * the first two are multiplied by the power of x that the bytes behind them stand for, which is one carry-less multiplication each.
 *
 * crc32c(buffer, from, to): the CRC of bytes `from` to `to` (not included), as an unsigned number. Throws RangeError where those are
 * not within the buffer. A processor without SSE 4.2 and PCLMULQDQ, and any other architecture, is told that it cannot be loaded.
 */
#include <node_api.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

#include <immintrin.h>

#define FAST __attribute__((target("sse4.2,pclmul")))

/* The polynomial, its highest power in the lowest bit, as CRC-32C has it. */
static const uint32_t polynomial = 0x82f63b78u;

/* Bytes of one of three streams. Long streams for what is long; short ones so that little is left for one stream alone. */
enum { LONG_STREAM = 2048, SHORT_STREAM = 256 };

/* What moves a CRC over one stream and over two, for each length of stream. */
struct shift {
  uint32_t over_one;
  uint32_t over_two;
};
static struct shift over_long;
static struct shift over_short;

/* x to the power of `exponent`, modulo the polynomial. */
static uint32_t power_of_x(size_t exponent) {
  uint32_t power = 0x80000000u;
  while (exponent-- > 0) power = (power >> 1) ^ ((power & 1) ? polynomial : 0);
  return power;
}

/*
 * The instruction multiplies what it takes in by x^32, and a carry-less product of two reversed numbers stands one bit too low,
 * which is one more x. So much less is needed of the factor.
 */
static uint32_t factor_over(size_t bytes) { return power_of_x(8 * bytes - 33); }

static uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

FAST static uint64_t product(uint64_t crc, uint32_t factor) {
  return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)crc), _mm_cvtsi32_si128((int32_t)factor), 0));
}

/* The CRC goes on over three streams of `stream` bytes each, which stand one behind the other. */
FAST static uint64_t three_streams(uint64_t crc, const uint8_t *bytes, size_t stream, const struct shift *shift) {
  uint64_t first = crc;
  uint64_t second = 0;
  uint64_t third = 0;
  const size_t last = stream - 8;
  for (size_t at = 0; at < last; at += 8) {
    first = _mm_crc32_u64(first, word_at(bytes + at));
    second = _mm_crc32_u64(second, word_at(bytes + stream + at));
    third = _mm_crc32_u64(third, word_at(bytes + 2 * stream + at));
  }
  first = _mm_crc32_u64(first, word_at(bytes + last));
  second = _mm_crc32_u64(second, word_at(bytes + stream + last));
  const uint64_t moved = product(first, shift->over_two) ^ product(second, shift->over_one);
  return _mm_crc32_u64(third, word_at(bytes + 2 * stream + last) ^ moved);
}

FAST static uint32_t crc32c(const uint8_t *bytes, size_t length) {
  uint64_t crc = 0xffffffffu;
  for (; length >= 3 * LONG_STREAM; bytes += 3 * LONG_STREAM, length -= 3 * LONG_STREAM)
    crc = three_streams(crc, bytes, LONG_STREAM, &over_long);
  for (; length >= 3 * SHORT_STREAM; bytes += 3 * SHORT_STREAM, length -= 3 * SHORT_STREAM)
    crc = three_streams(crc, bytes, SHORT_STREAM, &over_short);
  for (; length >= 8; bytes += 8, length -= 8) crc = _mm_crc32_u64(crc, word_at(bytes));
  for (; length > 0; bytes++, length--) crc = _mm_crc32_u8((uint32_t)crc, *bytes);
  return ~(uint32_t)crc;
}

static int processor_can(void) { return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul"); }

static void prepare(void) {
  over_long = (struct shift){factor_over(LONG_STREAM), factor_over(2 * LONG_STREAM)};
  over_short = (struct shift){factor_over(SHORT_STREAM), factor_over(2 * SHORT_STREAM)};
}

#else

static uint32_t crc32c(const uint8_t *bytes, size_t length) {
  (void)bytes;
  return (uint32_t)length;
}
static int processor_can(void) { return 0; }
static void prepare(void) {}

#endif

static napi_value call_crc32c(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = 3;
  void *bytes = NULL;
  size_t length = 0;
  uint32_t from = 0;
  uint32_t to = 0;
  napi_value result = NULL;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count < 3 ||
      napi_get_buffer_info(env, arguments[0], &bytes, &length) != napi_ok ||
      napi_get_value_uint32(env, arguments[1], &from) != napi_ok || napi_get_value_uint32(env, arguments[2], &to) != napi_ok) {
    napi_throw_type_error(env, NULL, "crc32c wants a buffer and two positions");
    return NULL;
  }
  if (from > to || to > length) {
    napi_throw_range_error(env, NULL, "these bytes are not within the buffer");
    return NULL;
  }
  napi_create_uint32(env, crc32c((const uint8_t *)bytes + from, to - from), &result);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value function = NULL;
  if (!processor_can()) {
    napi_throw_error(env, "ERR_PROCESSOR", "this processor has no instructions for CRC-32C");
    return NULL;
  }
  prepare();
  if (napi_create_function(env, "crc32c", NAPI_AUTO_LENGTH, call_crc32c, NULL, &function) == napi_ok)
    napi_set_named_property(env, exports, "crc32c", function);
  return exports;
}
