/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Giving up rights (sandbox.h).
 */
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- Who ------------------------------------------------------------------------------------------------- */

static const struct passwd *find_user(const char *name)
{
	const struct passwd *entry;

	if (name != NULL)
		return getpwnam(name);
	entry = getpwnam("caec-vmm");
	return entry != NULL ? entry : getpwnam("nobody");
}

bool sandbox_user(const struct config *config, struct sandbox_user *user, struct fault *fault)
{
	const struct passwd *entry;

	*user = (struct sandbox_user){ .changes = geteuid() == 0, .uid = geteuid(), .gid = getegid() };
	if (!user->changes) {
		if (config->user != NULL)
			return fault_set(fault, VMM_USAGE, "user: only root can become another");
		return true;
	}
	entry = find_user(config->user);
	if (entry == NULL && config->user != NULL)
		return fault_set(fault, VMM_USAGE, "user: there is no '%s'", config->user);
	/* Where there are no names (an initial RAM disk): what Debian calls nobody. */
	user->uid = entry != NULL ? entry->pw_uid : 65534;
	user->gid = entry != NULL ? entry->pw_gid : 65534;
	user->changes = user->uid != 0;
	return true;
}

static bool become(const struct sandbox_user *user, struct fault *fault)
{
	if (!user->changes)
		return true;
	if (setgroups(0, NULL) != 0 || setresgid(user->gid, user->gid, user->gid) != 0 ||
	    setresuid(user->uid, user->uid, user->uid) != 0)
		return fault_set(fault, VMM_FAILURE, "cannot become user %u: %s", user->uid, strerror(errno));
	return true;
}

/* --- System calls ---------------------------------------------------------------------------------------- */

static const int allowed[] = {
	/* files that are open */
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(fdatasync),
	SCMP_SYS(ioctl),
	SCMP_SYS(fcntl),
	SCMP_SYS(close),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(lseek),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(unlinkat),
	SCMP_SYS(getdents64),
	/* memory */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	/* threads and signals */
	SCMP_SYS(futex),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(tgkill),
	SCMP_SYS(gettid),
	SCMP_SYS(getpid),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(sched_yield),
	SCMP_SYS(rseq),
	/* time, chance */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getrandom),
	/* who comes to a socket of ours */
	SCMP_SYS(accept4),
	SCMP_SYS(sendto),
	SCMP_SYS(setsockopt),
};

/* What libslirp takes beyond that. */
static const int allowed_net[] = {
	SCMP_SYS(socket),     SCMP_SYS(connect),     SCMP_SYS(bind),        SCMP_SYS(listen),
	SCMP_SYS(shutdown),   SCMP_SYS(recvfrom),    SCMP_SYS(recvmsg),     SCMP_SYS(sendmsg),
	SCMP_SYS(getsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(accept),
	SCMP_SYS(getuid),     SCMP_SYS(geteuid),
};

/* What streams to programs of this host take. */
static const int allowed_vsock[] = { SCMP_SYS(connect), SCMP_SYS(recvfrom), SCMP_SYS(shutdown) };

/* These are never an accident. */
static const int deadly[] = { SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace),
			      SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev) };

static int add_all(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++)
		result = seccomp_rule_add(filter, action, calls[i], 0);
	return result;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Memory, but none that can be executed; for name servers, files to read; for streams, sockets of this host. */
static int add_some(scmp_filter_ctx filter, bool net, bool vsock)
{
	int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
					  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (result == 0 && net)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
					  SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC,
						  O_RDONLY));
	if (result == 0 && vsock && !net)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
					  SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
	return result;
}

static int filter_calls(bool net, bool vsock)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int result;

	if (filter == NULL)
		return -ENOMEM;
	result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (result == 0)
		result = add_all(filter, SCMP_ACT_ALLOW, allowed, COUNT(allowed));
	if (result == 0 && net)
		result = add_all(filter, SCMP_ACT_ALLOW, allowed_net, COUNT(allowed_net));
	if (result == 0 && vsock && !net)
		result = add_all(filter, SCMP_ACT_ALLOW, allowed_vsock, COUNT(allowed_vsock));
	if (result == 0)
		result = add_all(filter, SCMP_ACT_KILL_PROCESS, deadly, COUNT(deadly));
	if (result == 0)
		result = add_some(filter, net, vsock);
	if (result == 0)
		result = seccomp_load(filter);
	seccomp_release(filter);
	return result;
}

/* --- All of it ------------------------------------------------------------------------------------------- */

bool sandbox_enter(const struct config *config, const struct sandbox_user *user, struct fault *fault)
{
	const struct rlimit none = { 0, 0 };
	int result;

	if (!become(user, fault))
		return false;
	(void)setrlimit(RLIMIT_CORE, &none);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fault_set(fault, VMM_FAILURE, "cannot give up rights: %s", strerror(errno));
	result = filter_calls(config->net == CONFIG_NET_USER, config->vsock != 0);
	if (result != 0)
		return fault_set(fault, VMM_FAILURE, "cannot give up system calls: %s", strerror(-result));
	return true;
}
