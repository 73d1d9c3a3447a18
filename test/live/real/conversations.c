/*
 * Sends whole TCP conversations as frames of 64 bytes out of one interface, at a rate: what a capture at the other end
 * of the wire must follow. No socket takes part, so one core can send more packets than two could exchange.
 *
 *   cc -O2 -o conversations conversations.c
 *   conversations INTERFACE CONVERSATIONS PACKETS_PER_SECOND
 *
 * Each conversation has ten packets: a handshake, data and its acknowledgement in both directions, a graceful close.
 * 64 of them are under way at a time. Prints what was sent and how fast.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define FRAME 64
#define PAYLOAD (FRAME - 14 - 20 - 20)
#define STEPS 10
#define SIDE_BY_SIDE 64
#define CLIENT_ISN 1000u
#define SERVER_ISN 5000000u

/* Who sends a step, its flags, its sequence number and acknowledgement after the sender's ISN, its payload. */
static const struct { int server; uint8_t flags; uint32_t sequence, acknowledgement; int payload; } steps[STEPS] = {
  {0, TH_SYN, 0, 0, 0},
  {1, TH_SYN | TH_ACK, 0, 1, 0},
  {0, TH_ACK, 1, 1, 0},
  {0, TH_ACK | TH_PUSH, 1, 1, PAYLOAD},
  {1, TH_ACK, 1, 1 + PAYLOAD, 0},
  {1, TH_ACK | TH_PUSH, 1, 1 + PAYLOAD, PAYLOAD},
  {0, TH_ACK, 1 + PAYLOAD, 1 + PAYLOAD, 0},
  {0, TH_FIN | TH_ACK, 1 + PAYLOAD, 1 + PAYLOAD, 0},
  {1, TH_FIN | TH_ACK, 1 + PAYLOAD, 2 + PAYLOAD, 0},
  {0, TH_ACK, 2 + PAYLOAD, 2 + PAYLOAD, 0},
};

static uint32_t sum(uint32_t start, const void *data, size_t length) {
  const uint8_t *bytes = data;
  for (size_t i = 0; i + 1 < length; i += 2) start += bytes[i] << 8 | bytes[i + 1];
  if (length & 1) start += bytes[length - 1] << 8;
  return start;
}

static uint16_t fold(uint32_t total) {
  while (total >> 16) total = (total & 0xffff) + (total >> 16);
  return htons(~total);
}

/* The conversation's client is 10.x.y.1, its port counts up: 60,000 conversations an address. */
static void make_frame(uint8_t *frame, uint32_t conversation, int step) {
  memset(frame, 0, FRAME);
  struct ether_header *ethernet = (void *)frame;
  struct iphdr *ip = (void *)(frame + 14);
  struct tcphdr *tcp = (void *)(frame + 34);
  int server = steps[step].server;
  ethernet->ether_dhost[5] = 2 - server;
  ethernet->ether_shost[5] = 1 + server;
  ethernet->ether_dhost[0] = ethernet->ether_shost[0] = 2;
  ethernet->ether_type = htons(ETHERTYPE_IP);

  uint32_t client_address = htonl(0x0a000001 + (conversation / 60000 << 8)), server_address = htonl(0x0aff0001);
  uint16_t client_port = htons(2000 + conversation % 60000), server_port = htons(80);
  ip->version = 4;
  ip->ihl = 5;
  ip->ttl = 64;
  ip->id = htons(conversation * STEPS + step);
  ip->protocol = IPPROTO_TCP;
  ip->tot_len = htons(40 + steps[step].payload);
  ip->saddr = server ? server_address : client_address;
  ip->daddr = server ? client_address : server_address;
  ip->check = fold(sum(0, ip, 20));

  tcp->source = server ? server_port : client_port;
  tcp->dest = server ? client_port : server_port;
  tcp->seq = htonl((server ? SERVER_ISN : CLIENT_ISN) + steps[step].sequence);
  if (steps[step].flags & TH_ACK) tcp->ack_seq = htonl((server ? CLIENT_ISN : SERVER_ISN) + steps[step].acknowledgement);
  tcp->doff = 5;
  tcp->th_flags = steps[step].flags;
  tcp->window = htons(64240);
  size_t segment = 20 + steps[step].payload;
  tcp->check = fold(sum(sum(IPPROTO_TCP + segment, &ip->saddr, 8), tcp, segment));
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  if (count != 4) return fprintf(stderr, "usage: conversations INTERFACE CONVERSATIONS PACKETS_PER_SECOND\n"), 2;
  uint32_t conversations = strtoul(arguments[2], NULL, 10);
  double rate = strtod(arguments[3], NULL);
  int descriptor = socket(AF_PACKET, SOCK_RAW, 0);
  if (descriptor < 0) return perror("socket"), 1;
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(arguments[1])};
  if (bind(descriptor, (void *)&address, sizeof address) < 0) return perror(arguments[1]), 1;
  int yes = 1;
  setsockopt(descriptor, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes);

  static uint8_t frames[SIDE_BY_SIDE][FRAME];
  static struct iovec parts[SIDE_BY_SIDE];
  static struct mmsghdr messages[SIDE_BY_SIDE];
  for (int i = 0; i < SIDE_BY_SIDE; i++) {
    parts[i] = (struct iovec){frames[i], FRAME};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
  }

  double began = now();
  uint64_t sent = 0;
  for (uint32_t first = 0; first < conversations; first += SIDE_BY_SIDE) {
    int many = conversations - first < SIDE_BY_SIDE ? conversations - first : SIDE_BY_SIDE;
    for (int step = 0; step < STEPS; step++) {
      for (int i = 0; i < many; i++) make_frame(frames[i], first + i, step);
      for (int done = 0; done < many;) {
        int got = sendmmsg(descriptor, messages + done, many - done, 0);
        if (got > 0) done += got;
        else if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR) return perror("sendmmsg"), 1;
      }
      sent += many;
      while (sent / rate > now() - began) {}
    }
  }
  double took = now() - began;
  printf("%llu packets of %u conversations in %.3f s, %.0f packets/s\n", (unsigned long long)sent, conversations, took, sent / took);
  return 0;
}
