// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * For the bench only: memory of the host that all realms see (./caec linux --visible), for programs to map. What is in it
 * everybody reads and writes.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>

/* host/linux/linux_machine.h; the kernel sets the bit that makes it unprotected. */
#define BASE 0x10000000UL
#define SIZE 0x800000UL

static int visible_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_pgoff || vma->vm_end - vma->vm_start > SIZE)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, PHYS_PFN(BASE), vma->vm_end - vma->vm_start,
			       pgprot_decrypted(vma->vm_page_prot));
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.mmap = visible_mmap,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "csm-bench-visible",
	.fops = &operations,
	.mode = 0600,
};

module_misc_device(device);

MODULE_DESCRIPTION("Memory that the host sees, for the bench");
MODULE_LICENSE("Dual BSD/GPL");
