package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.mesh.keys.KeyInputs;
import dev.weft.netlink.xfrm.XfrmLifetime;
import dev.weft.netlink.xfrm.XfrmPolicy;
import dev.weft.netlink.xfrm.XfrmPolicySpec;
import dev.weft.netlink.xfrm.XfrmState;
import dev.weft.netlink.xfrm.XfrmStateId;
import dev.weft.netlink.xfrm.XfrmUsage;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The node's IPsec tables, other people's entries as well. Ours are states with our reqid, and
 * policies whose index begins with our number.
 *
 * @param ports where we take ESP inside UDP
 */
public record IpsecTables(
    List<XfrmState> states, List<XfrmPolicy> policies, Set<IpsecItem.EspPort> ports) {
  public static final IpsecTables EMPTY = new IpsecTables(List.of(), List.of(), Set.of());

  /** WEFT. */
  public static final long REQID = 0x57454654L;

  /** The upper 13 bits of the 29 that are free in a policy's index. */
  private static final int NUMBER = 0x0ef7 << 16;

  private static final int NUMBER_MASK = 0x1fff << 16;

  /** For so long after a state was used last, packets may be under way by it. */
  private static final Duration UNDER_WAY = Duration.ofSeconds(2);

  public static boolean isOurs(XfrmState state) {
    XfrmStateId id = state.spec().id();
    // one without SPI is the kernel's note that a packet waits for a state
    return id.protocol() == XfrmStateId.ESP && state.spec().reqid() == REQID && id.spi() != 0;
  }

  public static boolean isOurs(XfrmPolicySpec policy) {
    return (policy.number() & NUMBER_MASK) == NUMBER;
  }

  /** The policy without what does not make it another. */
  public static XfrmPolicySpec plain(XfrmPolicySpec policy) {
    return new XfrmPolicySpec(
        policy.id(),
        0,
        policy.priority(),
        policy.action(),
        policy.templates(),
        XfrmLifetime.FOREVER);
  }

  /** So many numbers of ours that no policy has yet. */
  public List<Integer> freeNumbers(int count) {
    Set<Integer> taken = new HashSet<>();
    policies.forEach(each -> taken.add(each.spec().number()));
    List<Integer> free = new ArrayList<>();
    for (int number = NUMBER; free.size() < count; number++) {
      if (!taken.contains(number)) {
        free.add(number);
      }
    }
    return free;
  }

  /** What is ours. */
  public List<Item> items() {
    List<Item> items = new ArrayList<>(ports);
    for (XfrmState state : states) {
      if (isOurs(state)) {
        items.add(new IpsecItem.SecurityState(state.spec().id(), state.spec().source()));
      }
    }
    for (XfrmPolicy policy : policies) {
      if (isOurs(policy.spec())) {
        items.add(new IpsecItem.SecurityPolicy(plain(policy.spec())));
      }
    }
    return items;
  }

  /**
   * What matters of it to keys.
   *
   * @param patient whether to wait for packets that are under way
   */
  public KeyInputs.InKernel forKeys(long volume, boolean patient, Instant now) {
    Map<XfrmStateId, InetAddress> ours = new HashMap<>();
    Set<XfrmStateId> foreign = new HashSet<>();
    Set<XfrmStateId> busy = new HashSet<>();
    Set<XfrmStateId> exhausted = new HashSet<>();
    for (XfrmState state : states) {
      XfrmStateId id = state.spec().id();
      if (!isOurs(state)) {
        foreign.add(id);
        continue;
      }
      ours.put(id, state.spec().source());
      if (patient && isUnderWay(state.usage(), now)) {
        busy.add(id);
      }
      if (state.usage().bytes() >= volume) {
        exhausted.add(id);
      }
    }
    return new KeyInputs.InKernel(ours, foreign, busy, exhausted);
  }

  private static boolean isUnderWay(XfrmUsage usage, Instant now) {
    return Optional.ofNullable(usage.lastUsed())
        .filter(last -> last.isAfter(now.minus(UNDER_WAY)))
        .isPresent();
  }
}
