package dev.weft.netlink.wire;

import static dev.weft.netlink.wire.NetlinkH.NLA_HDRLEN;
import static dev.weft.netlink.wire.NetlinkH.NLA_TYPE_MASK;
import static dev.weft.netlink.wire.NetlinkH.align;

import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Attributes ({@code struct nlattr}) in a range of bytes, by type. The last of several of the same
 * type counts, as in the kernel; types unknown to this package are ignored.
 */
public final class Attributes {
  private static final int TYPES = 64;

  private final Payload range;
  private final int[] offsets = new int[TYPES];
  private final int[] lengths = new int[TYPES];

  private Attributes(Payload range) {
    this.range = range;
    Arrays.fill(lengths, -1);
  }

  /** Finds all attributes in the range; one that does not fit is a {@link NetlinkException}. */
  public static Attributes in(Payload range) {
    var found = new Attributes(range);
    long size = range.size();
    for (long offset = 0; size - offset >= NLA_HDRLEN; ) {
      int length = range.u16(offset);
      if (length < NLA_HDRLEN || length > size - offset) {
        throw Malformed.because(
            "an attribute says it has %d bytes of %d".formatted(length, size - offset));
      }
      int type = range.u16(offset + 2) & NLA_TYPE_MASK;
      if (type < TYPES) {
        found.offsets[type] = (int) offset + NLA_HDRLEN;
        found.lengths[type] = length - NLA_HDRLEN;
      }
      offset += align(length);
    }
    return found;
  }

  public boolean has(int type) {
    return lengths[type] >= 0;
  }

  /** The value, {@code null} if the attribute is not there. */
  @Nullable
  public Payload get(int type) {
    if (!has(type)) {
      return null;
    }
    long from = range.from() + offsets[type];
    return new Payload(range.bytes(), from, from + lengths[type]);
  }

  /** The value of a required attribute. */
  public Payload require(int type) {
    Payload value = get(type);
    if (value == null) {
      throw Malformed.because("attribute %d is missing".formatted(type));
    }
    return value;
  }

  /** The attributes inside this one; none if it is missing. */
  public Attributes nested(int type) {
    Payload value = get(type);
    return in(value != null ? value : new Payload(range.bytes(), range.to(), range.to()));
  }

  public int u32(int type, int absent) {
    Payload value = get(type);
    return value == null ? absent : value.u32(0);
  }

  public int u8(int type, int absent) {
    Payload value = get(type);
    return value == null ? absent : value.u8(0);
  }

  @Nullable
  public Boolean flag(int type) {
    Payload value = get(type);
    return value == null ? null : value.u8(0) != 0;
  }

  @Nullable
  public Integer u32(int type) {
    Payload value = get(type);
    return value == null ? null : value.u32(0);
  }

  @Nullable
  public Integer be16(int type) {
    Payload value = get(type);
    return value == null ? null : value.be16(0);
  }

  public String string(int type) {
    Payload value = get(type);
    return value == null ? "" : value.string();
  }

  @Nullable
  public InetAddress address(int type) {
    Payload value = get(type);
    return value == null ? null : value.address();
  }

  /** {@code null} also for an address that is not an Ethernet address. */
  @Nullable
  public MacAddress mac(int type) {
    Payload value = get(type);
    return value == null || !value.isMac() ? null : value.mac();
  }
}
