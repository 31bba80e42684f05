/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The inverse of a number modulo an odd one of up to 384 bits, in constant time and short: some 20,000 instructions, where
 * the library takes 1.2 million, for which no interrupt is looked at. Greatest common divisors by "divsteps" (D. J.
 * Bernstein, B.-Y. Yang: Fast constant-time gcd computation and modular inversion, 2019).
 */
#ifndef ATTEST_INVERSE_H
#define ATTEST_INVERSE_H

#include <stddef.h>
#include <stdint.h>

/*
 * In place of Mbed TLS's function for the same, with its arguments: words of 64 bits, the least first. gcd = gcd(a, n), as
 * many words as n has; inverse = a^-1 mod n if that is 1 (NULL: not wanted). n is odd, 0 <= a <= n. `inverse` and `gcd`
 * may be `a`.
 */
void inverse_gcd_odd(uint64_t *gcd, uint64_t *inverse, const uint64_t *a, size_t a_words, const uint64_t *n,
		     size_t n_words, uint64_t *unused);

#endif
