package dev.weft.netlink.nft;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An element of a set or a map.
 *
 * @param key one value, or the values of a concatenation
 * @param data data of a map for the key; {@code null} in a set and in a removal
 */
public record NftElement(List<NftValue> key, @Nullable NftData data) {
  /** Keeps a copy of {@code key}. */
  public NftElement {
    key = List.copyOf(key);
  }

  /** An element of a set, or one to remove from a set or a map. */
  public NftElement(NftValue... key) {
    this(List.of(key), null);
  }

  /** The same key with data. */
  public NftElement to(NftData value) {
    return new NftElement(key, value);
  }

  String inWords() {
    return key.stream().map(NftValue::toString).collect(Collectors.joining(" . "));
  }
}
