/* SPDX-License-Identifier: BSD-3-Clause */
#include "attest/inverse.h"

#include "attest/sign.h"
#include "port/port.h"

#define WORDS 6U /* 384 bits */
#define LIMBS 7U
#define BITS 62U
#define MASK ((UINT64_C(1) << BITS) - 1)

/*
 * Divsteps for 384 bits: floor((49 * 384 + 57) / 17) = 1110 are enough for all inputs (theorem 11.2 there). They are
 * done 62 at a time, on the low bits alone.
 */
#define BATCHES 18U
_Static_assert(BATCHES *BITS >= (49 * 64 * WORDS + 57) / 17, "as many as any input needs");

typedef __int128 wide;

/* The sum of limb[i] * 2^(62 i). All limbs but the highest are in [0, 2^62). */
struct number {
	int64_t limb[LIMBS];
};

/* What 62 divsteps do to (f, g), times 2^62. Of each row the absolute values add up to 2^62 at most. */
struct matrix {
	int64_t u, v, q, r;
};

struct state {
	struct number f, g; /* the two numbers */
	struct number d, e; /* d * a = f, e * a = g (mod n), both in (-2n, n) */
	int64_t delta;
};

static void from_words(struct number *to, const uint64_t *word, size_t count)
{
	uint64_t all[WORDS + 2] = { 0 };

	for (size_t i = 0; i < count; i++)
		all[i] = word[i];
	for (unsigned int i = 0; i < LIMBS; i++) {
		unsigned int at = i * BITS / 64, shift = i * BITS % 64;
		unsigned __int128 two = (unsigned __int128)all[at + 1] << 64 | all[at];

		to->limb[i] = (int64_t)((uint64_t)(two >> shift) & MASK);
	}
	secret_wipe(all, sizeof(all));
}

/* A number that is not negative. */
static void to_words(uint64_t *word, size_t count, const struct number *from)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned int at = i * 64 / BITS, shift = i * 64 % BITS;
		uint64_t high = at + 1 < LIMBS ? (uint64_t)from->limb[at + 1] : 0;

		word[i] = (uint64_t)from->limb[at] >> shift | high << (BITS - shift);
	}
}

/* --- Steps ------------------------------------------------------------------------------------------------ */

/* All ones or nothing, without a branch. */
static uint64_t if_odd(uint64_t value)
{
	return -(value & 1);
}

static uint64_t if_positive(int64_t value)
{
	return ((uint64_t)(value - 1) >> 63) - 1;
}

static int64_t if_negative(int64_t value)
{
	return -(int64_t)((uint64_t)value >> 63);
}

static uint64_t negated_if(uint64_t value, uint64_t mask)
{
	return (value ^ mask) - mask;
}

/*
 * 62 divsteps on the low words: (f, g) becomes (g, (g - f) / 2) if delta is positive and g odd, else (f, (g + f) / 2) or
 * (f, g / 2). The matrix says what that does to the whole numbers.
 */
static int64_t divsteps(int64_t delta, uint64_t f, uint64_t g, struct matrix *m)
{
	uint64_t u = 1, v = 0, q = 0, r = 1;

	for (unsigned int i = 0; i < BITS; i++) {
		uint64_t odd = if_odd(g), swap = odd & if_positive(delta);

		g += negated_if(f, swap) & odd;
		q += negated_if(u, swap) & odd;
		r += negated_if(v, swap) & odd;
		f += g & swap;
		u += q & swap;
		v += r & swap;
		g >>= 1;
		u <<= 1;
		v <<= 1;
		delta = (int64_t)negated_if((uint64_t)delta, swap) + 1;
	}
	*m = (struct matrix){ (int64_t)u, (int64_t)v, (int64_t)q, (int64_t)r };
	return delta;
}

/* (f, g) = M (f, g) / 2^62, which is exact. */
static void apply(const struct matrix *m, struct number *f, struct number *g)
{
	wide cf = 0, cg = 0;

	for (unsigned int i = 0; i < LIMBS; i++) {
		wide fi = f->limb[i], gi = g->limb[i];

		cf += m->u * fi + m->v * gi;
		cg += m->q * fi + m->r * gi;
		if (i > 0) {
			f->limb[i - 1] = (int64_t)((uint64_t)cf & MASK);
			g->limb[i - 1] = (int64_t)((uint64_t)cg & MASK);
		}
		cf >>= BITS;
		cg >>= BITS;
	}
	f->limb[LIMBS - 1] = (int64_t)cf;
	g->limb[LIMBS - 1] = (int64_t)cg;
}

/* How often n is to be added, so that a * d + b * e becomes a multiple of 2^62 and the result stays in (-2n, n). */
static int64_t correction(int64_t a, int64_t b, const struct number *d, const struct number *e,
			  uint64_t n_inverse)
{
	int64_t times = (a & if_negative(d->limb[LIMBS - 1])) + (b & if_negative(e->limb[LIMBS - 1]));
	uint64_t low = (uint64_t)a * (uint64_t)d->limb[0] + (uint64_t)b * (uint64_t)e->limb[0];

	return times - (int64_t)((n_inverse * low + (uint64_t)times) & MASK);
}

/* (d, e) = M (d, e) / 2^62 mod n. */
static void apply_mod(const struct matrix *m, struct number *d, struct number *e, const struct number *n,
		      uint64_t n_inverse)
{
	wide nd = correction(m->u, m->v, d, e, n_inverse), ne = correction(m->q, m->r, d, e, n_inverse);
	wide cd = 0, ce = 0;

	for (unsigned int i = 0; i < LIMBS; i++) {
		wide di = d->limb[i], ei = e->limb[i], ni = n->limb[i];

		cd += m->u * di + m->v * ei + nd * ni;
		ce += m->q * di + m->r * ei + ne * ni;
		if (i > 0) {
			d->limb[i - 1] = (int64_t)((uint64_t)cd & MASK);
			e->limb[i - 1] = (int64_t)((uint64_t)ce & MASK);
		}
		cd >>= BITS;
		ce >>= BITS;
	}
	d->limb[LIMBS - 1] = (int64_t)cd;
	e->limb[LIMBS - 1] = (int64_t)ce;
}

/* --- Ends --------------------------------------------------------------------------------------------------- */

static void carry(struct number *a)
{
	for (unsigned int i = 0; i + 1 < LIMBS; i++) {
		a->limb[i + 1] += a->limb[i] >> BITS;
		a->limb[i] &= (int64_t)MASK;
	}
}

static void negate_if(struct number *a, int64_t mask)
{
	for (unsigned int i = 0; i < LIMBS; i++)
		a->limb[i] = (a->limb[i] ^ mask) - mask;
	carry(a);
}

static void add_if_negative(struct number *a, const struct number *n)
{
	int64_t mask = if_negative(a->limb[LIMBS - 1]);

	for (unsigned int i = 0; i < LIMBS; i++)
		a->limb[i] += n->limb[i] & mask;
	carry(a);
}

/* n^-1 mod 2^62: n * n is 1 mod 8, and each round doubles the bits that are right. */
static uint64_t inverse_of_low(uint64_t n)
{
	uint64_t inverse = n;

	for (unsigned int right = 3; right < BITS; right *= 2)
		inverse *= 2 - n * inverse;
	return inverse & MASK;
}

void inverse_gcd_odd(uint64_t *gcd, uint64_t *inverse, const uint64_t *a, size_t a_words, const uint64_t *n,
		     size_t n_words, uint64_t *unused)
{
	struct state s = { .e = { .limb = { 1 } }, .delta = 1 };
	struct number modulus;
	struct matrix m;
	uint64_t n_inverse;
	int64_t negative;

	(void)unused;
	REQUIRE(a_words <= n_words && n_words <= WORDS);
	from_words(&modulus, n, n_words);
	from_words(&s.g, a, a_words);
	s.f = modulus;
	n_inverse = inverse_of_low((uint64_t)modulus.limb[0]);
	for (unsigned int i = 0; i < BATCHES; i++) {
		uint64_t f = (uint64_t)s.f.limb[0], g = (uint64_t)s.g.limb[0];

		s.delta = divsteps(s.delta, f, g, &m);
		apply(&m, &s.f, &s.g);
		apply_mod(&m, &s.d, &s.e, &modulus, n_inverse);
	}
	/* g is 0 now, and f the divisor or its negative. */
	negative = if_negative(s.f.limb[LIMBS - 1]);
	negate_if(&s.f, negative);
	to_words(gcd, n_words, &s.f);
	if (inverse != NULL) {
		add_if_negative(&s.d, &modulus);
		negate_if(&s.d, negative);
		add_if_negative(&s.d, &modulus);
		to_words(inverse, n_words, &s.d);
	}
	secret_wipe(&s, sizeof(s));
	secret_wipe(&m, sizeof(m));
}
