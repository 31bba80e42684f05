/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm, by way of /dev/caec (realm.h).
 */
#include "realm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "devices/vgic.h"

#define DEVICE "/dev/caec"

/* Piecewise, so that there is something to tell of. */
#define POPULATE_PIECE (UINT64_C(4) << 20)

static bool refused(struct fault *fault, const char *what)
{
	enum vmm_status status = errno == ENOMEM       ? VMM_FAILURE
				 : errno == EOPNOTSUPP ? VMM_UNSUPPORTED
						       : VMM_HOST;

	return fault_set(fault, status, "%s: %s", what, strerror(errno));
}

/* --- Making ---------------------------------------------------------------------------------------------- */

static int open_device(struct fault *fault)
{
	int device = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (device < 0 && (errno == ENOENT || errno == ENXIO || errno == ENODEV))
		fault_set(fault, VMM_UNSUPPORTED,
			  "there is no " DEVICE ": is this a host with an RMM, and is caec_host loaded?");
	else if (device < 0)
		fault_set(fault, VMM_FAILURE, "cannot open " DEVICE ": %s", strerror(errno));
	return device;
}

bool realm_host(struct caec_host_info *info, struct fault *fault)
{
	int device = open_device(fault);
	bool ok;

	if (device < 0)
		return false;
	*info = (struct caec_host_info){ .version = CAEC_HOST_VERSION };
	ok = ioctl(device, CAEC_HOST_INFO, info) == 0 || refused(fault, "the module does not answer");
	close(device);
	return ok;
}

static bool create(struct realm *realm, int device, const struct config *config, struct boot *boot,
		   struct fault *fault)
{
	struct caec_host_create create = {
		.version = CAEC_HOST_VERSION,
		.flags = config->csm ? CAEC_HOST_REALM_CSM : 0,
		.ipa_bits = LINUX_IPA_BITS,
		.hash = config->hash == RMI_HASH_SHA_512 ? CAEC_HOST_HASH_SHA512 : CAEC_HOST_HASH_SHA256,
		.num_bps = config->num_bps,
		.num_wps = config->num_wps,
		.recs = config->cpus,
		.memory = config->memory,
		.gic_dist = LINUX_ALIAS + LINUX_GIC_DIST,
		.gic_redist = LINUX_ALIAS + LINUX_GIC_REDIST,
	};

	snprintf(create.name, sizeof(create.name), "%s", config->name);
	if (ioctl(device, CAEC_HOST_CREATE_REALM, &create) != 0) {
		if (errno == EEXIST)
			return fault_set(fault, VMM_HOST, "another realm of this host is called '%s': --name",
					 config->name);
		return refused(fault, "cannot make a realm");
	}
	realm->fd = create.fd;
	boot->realm.num_bps = create.num_bps;
	boot->realm.num_wps = create.num_wps;
	return true;
}

static bool set_policy(struct realm *realm, const struct config *config, struct fault *fault)
{
	struct caec_host_csm_policy policy = {
		.version = CAEC_HOST_VERSION,
		.mode = config->peer_count != 0 ? CAEC_HOST_CSM_NAMES : CAEC_HOST_CSM_SERVE,
		.max_pages = config->csm_limit != 0 ? config->csm_limit / 4096 : 65536,
		.max_entries = 64,
		.count = config->peer_count,
	};

	if (config->peer_count == 0 && config->csm_limit == 0)
		return true;
	for (unsigned int i = 0; i < config->peer_count; i++)
		snprintf(policy.names[i], sizeof(policy.names[i]), "%s", config->peers[i]);
	if (ioctl(realm->fd, CAEC_HOST_CSM_POLICY, &policy) != 0)
		return refused(fault, "cannot set what the realm may share");
	return true;
}

bool realm_create(struct realm *realm, const struct config *config, struct boot *boot, struct fault *fault)
{
	int device;
	bool ok;

	*realm = (struct realm){ .fd = -1 };
	device = open_device(fault);
	if (device < 0)
		return false;
	ok = create(realm, device, config, boot, fault) && set_policy(realm, config, fault);
	close(device);
	return ok;
}

/* --- Filling --------------------------------------------------------------------------------------------- */

static bool populate(struct realm *realm, const struct host_piece *piece, struct fault *fault)
{
	const char *content = piece->content;
	uint64_t size;

	/* Every piece begins at a page, and so does every part of it. */
	for (uint64_t done = 0; done < piece->size; done += size) {
		struct caec_host_populate populate = { .version = CAEC_HOST_VERSION };

		size = piece->size - done < POPULATE_PIECE ? piece->size - done : POPULATE_PIECE;
		populate.ipa = piece->ipa + done;
		populate.size = size;
		populate.content = (uintptr_t)(content + done);
		if (ioctl(realm->fd, CAEC_HOST_POPULATE, &populate) != 0)
			return refused(fault, "cannot load the realm");
	}
	return true;
}

static bool add_rec(struct realm *realm, const struct boot *boot, struct fault *fault)
{
	unsigned int n = realm->recs;
	struct caec_host_create_rec rec = {
		.version = CAEC_HOST_VERSION,
		.flags = n == 0 ? CAEC_HOST_REC_RUNNABLE : 0,
		.mpidr = vgic_affinity(n),
		.pc = n == 0 ? boot->realm.entry : 0,
	};
	void *page;

	if (n == 0)
		memcpy(rec.gprs, boot->realm.gprs, sizeof(rec.gprs));
	if (ioctl(realm->fd, CAEC_HOST_CREATE_REC, &rec) != 0)
		return refused(fault, "cannot make a vCPU");
	page = mmap(NULL, CAEC_HOST_RUN_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, rec.fd, 0);
	if (page == MAP_FAILED) {
		close(rec.fd);
		return refused(fault, "cannot map a vCPU's run page");
	}
	realm->rec_fds[n] = rec.fd;
	realm->run[n] = page;
	realm->recs++;
	return true;
}

bool realm_build(struct realm *realm, const struct boot *boot, void (*progress)(const char *what),
		 struct fault *fault)
{
	static const char *const names[] = { "the kernel", "the initial RAM disk", "the device tree" };
	unsigned int tree = boot->realm.piece_count - 1;
	const struct caec_host_range ram = { .version = CAEC_HOST_VERSION,
					     .ipa = boot->realm.ram_base,
					     .size = boot->realm.ram_size };

	if (ioctl(realm->fd, CAEC_HOST_INIT_RIPAS, &ram) != 0)
		return refused(fault, "cannot give the realm its RAM");
	for (unsigned int i = 0; i < boot->realm.piece_count; i++) {
		if (progress != NULL)
			/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): there are three pieces at most */
			progress(names[i == tree ? 2 : i]);
		if (!populate(realm, &boot->realm.pieces[i], fault))
			return false;
	}
	for (unsigned int i = 0; i < boot->realm.recs; i++)
		if (!add_rec(realm, boot, fault))
			return false;
	if (ioctl(realm->fd, CAEC_HOST_ACTIVATE) != 0)
		return refused(fault, "cannot set the realm going");
	return true;
}

void realm_close(struct realm *realm)
{
	for (unsigned int i = 0; i < realm->recs; i++) {
		munmap(realm->run[i], CAEC_HOST_RUN_SIZE);
		close(realm->rec_fds[i]);
	}
	if (realm->fd >= 0)
		close(realm->fd);
	*realm = (struct realm){ .fd = -1 };
}

/* --- What devices need ----------------------------------------------------------------------------------- */

bool realm_share(struct realm *realm, int memfd, uint64_t bytes, struct fault *fault)
{
	const struct caec_host_shared shared = {
		.version = CAEC_HOST_VERSION, .ipa = LINUX_ALIAS + LINUX_RAM_BASE, .size = bytes, .fd = memfd
	};

	if (ioctl(realm->fd, CAEC_HOST_SET_SHARED, &shared) != 0)
		return refused(fault, "cannot set up memory that the realm shares with its devices");
	return true;
}

bool realm_listen(struct realm *realm, int eventfd, uint64_t ipa, struct fault *fault)
{
	const struct caec_host_ioeventfd doorbell = {
		.version = CAEC_HOST_VERSION, .fd = eventfd, .size = 4, .ipa = ipa
	};

	if (ioctl(realm->fd, CAEC_HOST_IOEVENTFD, &doorbell) != 0)
		return refused(fault, "cannot listen to a device's doorbell");
	return true;
}

void realm_set_irq(struct realm *realm, unsigned int intid, bool level)
{
	const struct caec_host_irq irq = { .version = CAEC_HOST_VERSION,
					   .intid = intid,
					   .level = level ? CAEC_HOST_IRQ_HIGH : CAEC_HOST_IRQ_LOW };

	/* It fails only for a realm that is over, which needs no interrupts. */
	(void)ioctl(realm->fd, CAEC_HOST_IRQ_LINE, &irq);
}
