/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that changes behind each read of it, as others may write to it at any moment: who reads a word twice finds two. Its
 * pages are away; an access faults, is made alone (the CPU's single step), and before the next instruction the word is
 * another. For amd64.
 */
#ifndef TESTS_UNIT_FICKLE_H
#define TESTS_UNIT_FICKLE_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef __x86_64__
#error amd64, on which CAEC is built
#endif

#define FICKLE_EFLAGS 17 /* REG_EFL, which is for _GNU_SOURCE */
#define FICKLE_SINGLE_STEP 0x100

static struct {
	uint8_t *pages;
	size_t size;
	uint64_t (*other)(const uint64_t *word, uint64_t value); /* what a word that was read becomes */
	void (*wrote)(const uint64_t *word);                     /* NULL: nobody wants to know */
	unsigned int reads;
	/* Between a fault and the step behind it. */
	uint64_t *word;
	uint64_t before;
} fickle;

static inline void fickle_protect(int how)
{
	if (mprotect(fickle.pages, fickle.size, how) != 0)
		_exit(3);
}

static void fickle_fault(int signal, siginfo_t *info, void *context)
{
	uint8_t *at = info->si_addr;

	(void)signal;
	if (at < fickle.pages || at >= fickle.pages + fickle.size)
		_exit(2);
	fickle_protect(PROT_READ | PROT_WRITE);
	fickle.word = (uint64_t *)((uintptr_t)at & ~(uintptr_t)7);
	fickle.before = *fickle.word;
	((ucontext_t *)context)->uc_mcontext.gregs[FICKLE_EFLAGS] |= FICKLE_SINGLE_STEP;
}

static void fickle_step(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[FICKLE_EFLAGS] &= ~FICKLE_SINGLE_STEP;
	if (*fickle.word == fickle.before) {
		fickle.reads++;
		*fickle.word = fickle.other(fickle.word, fickle.before);
	} else if (fickle.wrote != NULL) {
		fickle.wrote(fickle.word);
	}
	fickle_protect(PROT_NONE);
}

/* Whole pages, zero, and quiet still. */
static inline void *fickle_new(size_t size)
{
	fickle.size = size;
	fickle.pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(fickle.pages, MAP_FAILED);
	return fickle.pages;
}

static inline void fickle_free(void)
{
	assert_int_equal(munmap(fickle.pages, fickle.size), 0);
}

/* cmocka has handlers of its own by now. */
static inline void fickle_begin(uint64_t (*other)(const uint64_t *word, uint64_t value),
				void (*wrote)(const uint64_t *word))
{
	struct sigaction fault = { .sa_sigaction = fickle_fault, .sa_flags = SA_SIGINFO };
	struct sigaction step = { .sa_sigaction = fickle_step, .sa_flags = SA_SIGINFO };

	fickle.other = other;
	fickle.wrote = wrote;
	fickle.reads = 0;
	assert_int_equal(sigaction(SIGSEGV, &fault, NULL), 0);
	assert_int_equal(sigaction(SIGTRAP, &step, NULL), 0);
	fickle_protect(PROT_NONE);
}

static inline void fickle_end(void)
{
	fickle_protect(PROT_READ | PROT_WRITE);
}

#endif
