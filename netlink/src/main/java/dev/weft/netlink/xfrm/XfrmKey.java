package dev.weft.netlink.xfrm;

import java.security.MessageDigest;
import java.util.Arrays;
import javax.security.auth.Destroyable;
import org.jspecify.annotations.Nullable;

/**
 * Key material of a state, in wire order: for AES-GCM the key, then 4 bytes of salt. It is written
 * only to the kernel, and overwritten by {@link #destroy}.
 */
public final class XfrmKey implements Destroyable {
  private final byte[] bytes;
  private volatile boolean destroyed;

  private XfrmKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Keeps a copy: the caller overwrites its own. */
  public static XfrmKey copyOf(byte[] material) {
    return new XfrmKey(material.clone());
  }

  /** Length in bits. */
  public int bits() {
    return bytes.length * 8;
  }

  /** The bytes themselves, to write to the kernel. */
  byte[] bytes() {
    if (destroyed) {
      throw new IllegalStateException("this key is destroyed");
    }
    return bytes;
  }

  /** Overwrites the bytes; the kernel keeps its copy. */
  @Override
  public void destroy() {
    destroyed = true;
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public boolean isDestroyed() {
    return destroyed;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof XfrmKey key && MessageDigest.isEqual(key.bytes, bytes);
  }

  /** Depends on the length alone, so it reveals nothing about the bytes. */
  @Override
  public int hashCode() {
    return bytes.length;
  }

  @Override
  public String toString() {
    return "key of %d bits".formatted(bits());
  }
}
