/*
 * Programs forwarding entries into VXLAN devices, as fast as one thread can: the messages and their
 * packing are those of dev.weft.netlink. For each device index on standard input it makes COUNT
 * entries in that device, then says "done".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define BATCH (20 << 10)
#define LARGEST 4096
#define SLOTS 64
#define SLOT 2048
#define ACKNOWLEDGEMENT 4096
#define MOST_MESSAGES 4096

static char batch[BATCH];
static char slots[SLOTS][SLOT];
static unsigned sequence;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_socket(int *window) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  int one = 1, size = 16 << 20;
  socklen_t length = sizeof(size);
  struct sockaddr_nl address = {.nl_family = AF_NETLINK};
  if (fd < 0) fail("socket");
  setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
  setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size))) fail("setsockopt");
  if (bind(fd, (struct sockaddr *)&address, sizeof(address))) fail("bind");
  if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &length)) fail("getsockopt");
  *window = size / ACKNOWLEDGEMENT < MOST_MESSAGES ? size / ACKNOWLEDGEMENT : MOST_MESSAGES;
  return fd;
}

static void *attribute(char **at, int type, int length) {
  struct rtattr *a = (struct rtattr *)*at;
  a->rta_type = type;
  a->rta_len = RTA_LENGTH(length);
  memset(RTA_DATA(a), 0, RTA_ALIGN(length));
  *at += RTA_SPACE(length);
  return RTA_DATA(a);
}

static char *entry(char *at, int link, int number) {
  struct nlmsghdr *header = (struct nlmsghdr *)at;
  struct ndmsg *body = NLMSG_DATA(header);
  unsigned char *mac;
  *header = (struct nlmsghdr){
      .nlmsg_type = RTM_NEWNEIGH,
      .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE,
      .nlmsg_seq = ++sequence};
  *body = (struct ndmsg){.ndm_family = AF_BRIDGE,
                         .ndm_ifindex = link,
                         .ndm_state = NUD_PERMANENT,
                         .ndm_flags = NTF_SELF};
  at += NLMSG_SPACE(sizeof(*body));
  mac = attribute(&at, NDA_LLADDR, 6);
  mac[0] = 0x02;
  mac[1] = 0x42;
  *(unsigned *)(mac + 2) = htonl(number);
  *(unsigned *)attribute(&at, NDA_DST, 4) = htonl(0xc0000209);
  header->nlmsg_len = at - (char *)header;
  return at;
}

/* Reads answers up to that of the message numbered last. */
static void receive(int fd, unsigned last) {
  int ended = 0;
  static struct mmsghdr headers[SLOTS];
  static struct iovec vectors[SLOTS];
  for (int i = 0; i < SLOTS; i++) {
    vectors[i] = (struct iovec){slots[i], SLOT};
    headers[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  while (!ended) {
    int count = recvmmsg(fd, headers, SLOTS, MSG_WAITFORONE | MSG_TRUNC, NULL);
    if (count < 0) fail("recvmmsg");
    for (int i = 0; i < count; i++) {
      int left = headers[i].msg_len;
      struct nlmsghdr *m = (struct nlmsghdr *)slots[i];
      for (; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
        struct nlmsgerr *ack = NLMSG_DATA(m);
        if (m->nlmsg_type != NLMSG_ERROR) continue;
        if (ack->error) {
          errno = -ack->error;
          fail("entry");
        }
        ended |= m->nlmsg_seq == last;
      }
    }
  }
}

static void program(int fd, int window, int link, int count) {
  for (int next = 0; next < count;) {
    char *at = batch, *last = batch;
    int messages = 0;
    while (next < count && messages < window && batch + BATCH - at >= LARGEST) {
      last = at;
      at = entry(at, link, next++);
      messages++;
    }
    ((struct nlmsghdr *)last)->nlmsg_flags |= NLM_F_ACK;
    if (send(fd, batch, at - batch, 0) < 0) fail("send");
    receive(fd, sequence);
  }
}

int main(int argc, char **argv) {
  int window, link, fd = open_socket(&window);
  int count = argc > 1 ? atoi(argv[1]) : 100000;
  while (scanf("%d", &link) == 1) {
    program(fd, window, link, count);
    puts("done");
    fflush(stdout);
  }
  return 0;
}
