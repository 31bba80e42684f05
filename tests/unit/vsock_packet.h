/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of a virtio socket device (VIRTIO 1.2, 5.10.6), as its driver sees them.
 */
#ifndef TESTS_UNIT_VSOCK_PACKET_H
#define TESTS_UNIT_VSOCK_PACKET_H

#include "virtio_world.h"

#include "devices/virtio_vsock.h"

#define RX VIRTIO_VSOCK_RECEIVEQ
#define TX VIRTIO_VSOCK_TRANSMITQ
#define HEADER VIRTIO_VSOCK_HEADER

enum { REQUEST = 1, RESPONSE, RST, SHUTDOWN, RW, CREDIT_UPDATE, CREDIT_REQUEST };

struct packet {
	uint64_t src_cid, dst_cid;
	uint32_t src_port, dst_port, len;
	uint16_t type, op;
	uint32_t flags, buf_alloc, fwd_cnt;
} __attribute__((packed));

#endif
