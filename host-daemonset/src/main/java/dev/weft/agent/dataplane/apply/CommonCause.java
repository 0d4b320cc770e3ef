package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;

/** Explains kernel errors that mean the same for all items. Pure. */
final class CommonCause {
  private CommonCause() {}

  /** Returns the cause of an error without a special meaning for the item. */
  static Cause of(Item item, String errno) {
    return switch (errno) {
      case "EPERM", "EACCES" ->
          new Cause(
              "the agent is not allowed to",
              "give its container the capabilities of manifests/install.yaml, and see whether"
                  + " SELinux, AppArmor or seccomp forbids it (dmesg)");
      case "EROFS" ->
          new Cause(
              "the agent sees the node's settings read-only",
              "mount them into its container as manifests/install.yaml does");
      case "ENOMEM", "ENOBUFS" ->
          new Cause("the kernel has no memory for it", "free memory on the node");
      case "EMFILE", "ENFILE" ->
          new Cause(
              "the agent has reached its limit of open files",
              "raise LimitNOFILE of the node's container runtime, or run fewer pods on the node");
      case "ENOSPC", "EXFULL", "EDQUOT", "EUSERS" ->
          new Cause(
              "a table of the kernel is full", "run fewer pods of Weft's networks on the node");
      case "ENOENT", "ESRCH", "ENODEV", "ENXIO", "EADDRNOTAVAIL", "ESTALE", "EBADF" ->
          new Cause(
              "the device below it was removed meanwhile",
              "find the program that removes it; if that was a pod that ended, change nothing");
      case "EEXIST", "ENOTUNIQ" ->
          new Cause("something that is not Weft's has its name or place", "rename or remove that");
      case "EBUSY", "EADDRINUSE", "ETXTBSY", "EALREADY", "EINPROGRESS" ->
          new Cause(
              "another program uses it, or the device below it",
              "stop that program, or let it leave this device alone");
      case "EINTR", "EAGAIN", "ETIMEDOUT", "ERESTART", "EDEADLK", "ECANCELED" ->
          new Cause(
              "the kernel was busy with something else",
              "if it lasts, see what else changes the node's network without end");
      case "EAFNOSUPPORT" -> ipv6Off();
      case "EOPNOTSUPP",
          "ENOSYS",
          "EPROTONOSUPPORT",
          "EPROTOTYPE",
          "ENOPROTOOPT",
          "ESOCKTNOSUPPORT",
          "EPFNOSUPPORT",
          "ENOPKG",
          "ENOTTY" ->
          lacks(module(item));
      case "EINVAL",
          "ERANGE",
          "EOVERFLOW",
          "E2BIG",
          "EMSGSIZE",
          "EDOM",
          "ENAMETOOLONG",
          "EFBIG",
          "EBADMSG",
          "EPROTO" ->
          new Cause(
              "this kernel does not accept these values",
              "compare it (uname -r) with docs/reference/requirements.md, and leave out of the"
                  + " network what it has no support for");
      case "ENETDOWN", "EHOSTDOWN", "ENOLINK" ->
          new Cause("the device below is down", "set it up (ip link)");
      case "ENETUNREACH", "EHOSTUNREACH", "ENETRESET", "ENONET" ->
          new Cause(
              "the node has no route to there",
              "give it one, or let the Mesh's underlay choose an address with one");
      case "ELOOP", "EMLINK" -> nested("it");
      case "EIO", "EREMOTEIO", "ECOMM", "ESHUTDOWN", "EHWPOISON", "ENOMEDIUM" ->
          new Cause("the network card or its driver failed", "see the kernel's log (dmesg)");
      default ->
          new Cause(
              "the kernel gives a reason that is unusual for this change",
              "see the kernel's log (dmesg) of this moment, and report both");
    };
  }

  static Cause nested(String parent) {
    return new Cause(
        "too many devices are stacked below " + parent, "use one nearer to the hardware");
  }

  static Cause ipv6Off() {
    return new Cause(
        "the node's kernel runs without IPv6",
        "boot it without ipv6.disable=1, or use a network and tunnels without IPv6");
  }

  static Cause lacks(String module) {
    return new Cause(
        "the node's kernel has no support for it",
        "modprobe %s, or use a kernel that has it (docs/reference/requirements.md)"
            .formatted(module));
  }

  private static String module(Item item) {
    return switch (item) {
      case Item.Device device ->
          switch (device.kind()) {
            case DeviceKind.Bridge _ -> "bridge";
            case DeviceKind.Vxlan _ -> "vxlan";
            case DeviceKind.Veth _ -> "veth";
            case DeviceKind.Macvlan _ -> "macvlan";
            case DeviceKind.Vlan _ -> "8021q";
            case DeviceKind.Other(String name) -> name;
          };
      case Item.Address _, Item.Route _, Item.Neighbour _, Item.Setting _ -> "ipv6";
      case Item.Forward _ -> "bridge vxlan";
      case Item.Filter _ -> "nf_tables nft_ct nft_masq nft_socket nft_fib_inet nft_xfrm";
      case GuardItem _ -> "nf_tables nft_meta_bridge";
      case IpsecItem.SecurityState _, IpsecItem.EspPort _ -> "esp4 esp6";
      case IpsecItem.SecurityPolicy _ -> "xfrm_user";
    };
  }
}
