package dev.weft.agent.dataplane.model;

import dev.weft.netlink.MacAddress;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The sets and maps of the source guard. */
public enum GuardSet {
  /** The number of each port's network. */
  NETWORKS,
  /** The number of the sandbox behind each port. */
  SANDBOXES,
  /** Weft's ports: to sandboxes and to other nodes. */
  PORTS,
  /** The same ports, each with the number of its network. */
  MEMBERS,
  /** MAC addresses of Weft's bridges. */
  GATEWAYS,
  /** Owned MAC addresses, by the network's number. */
  MACS,
  ADDRESSES4,
  ADDRESSES6,
  /** MAC addresses of each sandbox, by the sandbox's number. */
  OWN_MACS,
  OWN4,
  OWN6;

  /** The parts of a key of this set. */
  private List<Part> parts() {
    return switch (this) {
      case NETWORKS, SANDBOXES, PORTS -> List.of(Part.PORT);
      case MEMBERS -> List.of(Part.NUMBER, Part.PORT);
      case GATEWAYS -> List.of(Part.MAC);
      case MACS, OWN_MACS -> List.of(Part.NUMBER, Part.MAC);
      case ADDRESSES4, OWN4 -> List.of(Part.NUMBER, Part.IPV4);
      case ADDRESSES6, OWN6 -> List.of(Part.NUMBER, Part.IPV6);
    };
  }

  /** Its name in the kernel. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<GuardSet> titled(String title) {
    return Arrays.stream(values()).filter(each -> each.title().equals(title)).findFirst();
  }

  public static GuardSet ofAddress(InetAddress address, boolean own) {
    boolean ipv4 = address.getAddress().length == 4;
    return own ? (ipv4 ? OWN4 : OWN6) : (ipv4 ? ADDRESSES4 : ADDRESSES6);
  }

  /**
   * Normalises a key.
   *
   * @param listed as nft lists it
   */
  public String normal(String listed) {
    String[] each = listed.split(" \\. ", -1);
    List<Part> parts = parts();
    if (each.length != parts.size()) {
      return listed;
    }
    for (int i = 0; i < each.length; i++) {
      each[i] = parts.get(i).normal(each[i].strip());
    }
    return String.join(" . ", each);
  }

  /** Returns a key as the kernel stores it, in hexadecimal digits. */
  String bytes(String normal) {
    List<Part> parts = parts();
    StringBuilder bytes = new StringBuilder();
    String[] each = normal.split(" \\. ", -1);
    for (int i = 0; i < each.length; i++) {
      byte[] part = parts.get(i).bytes(each[i]);
      // each part of a key starts at a multiple of four bytes
      int length = each.length == 1 ? part.length : (part.length + 3) / 4 * 4;
      bytes.append(HexFormat.of().formatHex(Arrays.copyOf(part, length)));
    }
    return bytes.toString();
  }

  /** A part of a key. */
  private enum Part {
    PORT {
      @Override
      String normal(String listed) {
        return listed.startsWith("\"") ? listed : '"' + listed + '"';
      }

      @Override
      byte[] bytes(String normal) {
        return Arrays.copyOf(
            normal.substring(1, normal.length() - 1).getBytes(StandardCharsets.US_ASCII), 16);
      }
    },
    NUMBER {
      @Override
      String normal(String listed) {
        return number(Long.decode(listed).intValue());
      }

      @Override
      byte[] bytes(String normal) {
        return ByteBuffer.allocate(4)
            .order(ByteOrder.nativeOrder())
            .putInt(Long.decode(normal).intValue())
            .array();
      }
    },
    MAC {
      @Override
      String normal(String listed) {
        return MacAddress.parse(listed).toString();
      }

      @Override
      byte[] bytes(String normal) {
        return MacAddress.parse(normal).bytes();
      }
    },
    IPV4 {
      @Override
      String normal(String listed) {
        return listed;
      }

      @Override
      byte[] bytes(String normal) {
        return InetAddress.ofLiteral(normal).getAddress();
      }
    },
    /** A number to nft: no release has a keyword for the target of an advertisement. */
    IPV6 {
      @Override
      String normal(String listed) {
        return "0x%032x".formatted(new BigInteger(listed.substring(2), 16));
      }

      @Override
      byte[] bytes(String normal) {
        return HexFormat.of().parseHex(normal.substring(2));
      }
    };

    abstract String normal(String listed);

    abstract byte[] bytes(String normal);
  }

  public static String number(int number) {
    return "0x%08x".formatted(number);
  }

  public static String address(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4 ? address.getHostAddress() : "0x" + HexFormat.of().formatHex(bytes);
  }
}
