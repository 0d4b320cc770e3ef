package dev.weft.netlink.xfrm;

import java.nio.charset.StandardCharsets;

/**
 * An algorithm for authenticated encryption ({@code struct xfrm_algo_aead}), without its key.
 *
 * @param name in the kernel's crypto interface, up to 63 bytes: {@code rfc4106(gcm(aes))}
 * @param keyBits length of the key material; AES-GCM takes its last 32 bits as salt
 * @param icvBits length of the integrity check value at the end of a packet
 */
public record XfrmAead(String name, int keyBits, int icvBits) {
  /** AES-256-GCM with a 16-byte ICV (RFC 4106): 32 bytes of key and 4 of salt. */
  public static final XfrmAead AES_256_GCM = new XfrmAead("rfc4106(gcm(aes))", 288, 128);

  /** Rejects a name that is too long. */
  public XfrmAead {
    if (name.getBytes(StandardCharsets.UTF_8).length >= XfrmH.ALG_NAME) {
      throw new IllegalArgumentException(
          "an algorithm's name has up to 63 bytes, '%s' has more".formatted(name));
    }
  }
}
