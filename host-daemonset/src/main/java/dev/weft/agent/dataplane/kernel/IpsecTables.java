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
 * The node's IPsec tables, including foreign entries. Weft's states have its reqid; the index of
 * Weft's policies begins with its number.
 *
 * @param ports where the agent receives ESP in UDP
 */
public record IpsecTables(
    List<XfrmState> states, List<XfrmPolicy> policies, Set<IpsecItem.EspPort> ports) {
  public static final IpsecTables EMPTY = new IpsecTables(List.of(), List.of(), Set.of());

  /** The letters WEFT. */
  public static final long REQID = 0x57454654L;

  /** The upper 13 of the 29 free bits in a policy's index. */
  private static final int NUMBER = 0x0ef7 << 16;

  private static final int NUMBER_MASK = 0x1fff << 16;

  /** How long packets may be in flight after the last use of a state. */
  private static final Duration UNDER_WAY = Duration.ofSeconds(2);

  public static boolean isOurs(XfrmState state) {
    XfrmStateId id = state.spec().id();
    // the kernel records a packet that waits for a state as one without SPI
    return id.protocol() == XfrmStateId.ESP && state.spec().reqid() == REQID && id.spi() != 0;
  }

  public static boolean isOurs(XfrmPolicySpec policy) {
    return (policy.number() & NUMBER_MASK) == NUMBER;
  }

  /** Returns the policy without the fields that do not identify it. */
  public static XfrmPolicySpec plain(XfrmPolicySpec policy) {
    return new XfrmPolicySpec(
        policy.id(),
        0,
        policy.priority(),
        policy.action(),
        policy.templates(),
        XfrmLifetime.FOREVER);
  }

  /** Returns Weft's policy numbers that are free, {@code count} of them. */
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

  /** Weft's items. */
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
   * Returns the input for key decisions.
   *
   * @param patient whether to wait for packets in flight
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
