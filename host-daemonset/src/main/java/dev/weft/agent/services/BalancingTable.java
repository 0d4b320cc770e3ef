package dev.weft.agent.services;

import dev.weft.api.IpAddress;
import dev.weft.netlink.nft.NftChange;
import dev.weft.netlink.nft.NftChange.ChainType;
import dev.weft.netlink.nft.NftChange.Hook;
import dev.weft.netlink.nft.NftElement;
import dev.weft.netlink.nft.NftExpression.Equal;
import dev.weft.netlink.nft.NftExpression.InSet;
import dev.weft.netlink.nft.NftExpression.Meta;
import dev.weft.netlink.nft.NftExpression.MetaKey;
import dev.weft.netlink.nft.NftExpression.Refusal;
import dev.weft.netlink.nft.NftExpression.Reject;
import dev.weft.netlink.nft.NftExpression.Verdict;
import dev.weft.netlink.nft.NftExpression.VerdictMap;
import dev.weft.netlink.nft.NftValue.Port;
import dev.weft.netlink.nft.NftVerdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Changes of a sandbox's table. It has no rule per task or service, but one chain for each number
 * of tasks that a service has. The chain draws a slot, and a map gives the task in it.
 *
 * <p>A lookup can miss at the moment its map changes: a chain walks the rules of the generation in
 * which it began, while maps answer from the newest. So a packet without a task tries once more,
 * and is refused only then. The second try is in a chain of a later priority. It begins in the
 * newest generation, and comes after the first chains of both tables while one replaces the other.
 */
final class BalancingTable {
  static final String NAME = "weft";

  private static final String BALANCE = "balance";
  private static final String AGAIN = "again";
  private static final String REFUSE = "refuse";
  private static final String REFUSED = "refused";

  /** Priority of destination NAT ({@code NF_IP_PRI_NAT_DST}). */
  private static final int DESTINATION_NAT = -100;

  private BalancingTable() {}

  /**
   * A virtual address with its tasks.
   *
   * @param tasks in the order of their slots
   */
  record Filled(VirtualIp virtual, List<IpAddress> tasks) {}

  /** Removes the table, if it exists. */
  static List<NftChange> none() {
    return List.of(new NftChange.TableRemove());
  }

  /** Replaces the table as a whole. */
  static List<NftChange> whole(Collection<Filled> all) {
    List<NftChange> changes = new ArrayList<>(none());
    changes.add(new NftChange.TableAdd());
    for (BalancingFamily family : BalancingFamily.values()) {
      changes.addAll(family.sets());
    }
    changes.add(new NftChange.BaseChainAdd(BALANCE, ChainType.NAT, Hook.OUTPUT, DESTINATION_NAT));
    changes.add(new NftChange.BaseChainAdd(AGAIN, ChainType.NAT, Hook.OUTPUT, DESTINATION_NAT + 1));
    changes.add(new NftChange.BaseChainAdd(REFUSE, ChainType.FILTER, Hook.OUTPUT, 0));
    changes.add(new NftChange.ChainAdd(REFUSED));
    for (BalancingFamily family : BalancingFamily.values()) {
      VerdictMap balance = new VerdictMap(0, family.sizes());
      changes.add(family.rule(BALANCE, balance));
      changes.add(family.rule(AGAIN, balance));
      changes.add(
          family.rule(
              REFUSE, new InSet(0, family.virtual()), new Verdict(new NftVerdict.Jump(REFUSED))));
    }
    changes.add(
        new NftChange.RuleAdd(
            REFUSED,
            new Meta(MetaKey.L4PROTO, 0),
            new Equal(0, BalancingFamily.TCP),
            new Reject(Refusal.TCP_RESET)));
    changes.add(new NftChange.RuleAdd(REFUSED, new Reject(Refusal.PORT_UNREACHABLE)));
    fill(all, changes);
    return changes;
  }

  private static void fill(Collection<Filled> all, List<NftChange> changes) {
    Set<Size> chains = new LinkedHashSet<>();
    Map<String, List<NftElement>> elements = new TreeMap<>();
    for (Filled each : all) {
      IpAddress address = each.virtual.address();
      BalancingFamily family = BalancingFamily.of(address);
      NftElement key = new NftElement(BalancingFamily.value(address));
      put(elements, family.virtual(), key);
      if (each.virtual.ports().isEmpty()) {
        put(elements, family.open(), key);
      }
      for (VirtualIp.Port port : each.virtual.ports()) {
        put(
            elements,
            family.ports(),
            new NftElement(
                    BalancingFamily.value(address),
                    BalancingFamily.protocol(port.protocol()),
                    new Port(port.port()))
                .to(new Port(port.target())));
      }
      for (int place = 0; place < each.tasks.size(); place++) {
        put(elements, family.tasks(), task(address, place, each.tasks.get(place)));
      }
      if (!each.tasks.isEmpty()) {
        chains.add(Size.of(address, each.tasks.size()));
        put(elements, family.sizes(), size(address, each.tasks.size()));
      }
    }
    chains.forEach(each -> changes.addAll(with(each)));
    elements.forEach((set, each) -> changes.add(new NftChange.ElementsAdd(set, each)));
  }

  private static void put(Map<String, List<NftElement>> elements, String set, NftElement element) {
    elements.computeIfAbsent(set, _ -> new ArrayList<>()).add(element);
  }

  /** Changes of the tasks of one virtual address, without the chains. */
  static List<NftChange> change(IpAddress address, BackendSlots places) {
    BalancingFamily family = BalancingFamily.of(address);
    List<NftChange> changes = new ArrayList<>();
    List<NftElement> gone =
        places.gone().keySet().stream()
            .sorted()
            .map(place -> BalancingFamily.place(address, place))
            .toList();
    List<NftElement> come =
        new TreeMap<>(places.come())
            .entrySet().stream()
                .map(each -> task(address, each.getKey(), each.getValue()))
                .toList();
    changes.add(new NftChange.ElementsRemove(family.tasks(), gone));
    changes.add(new NftChange.ElementsAdd(family.tasks(), come));
    if (places.before() != places.after()) {
      if (places.before() > 0) {
        changes.add(
            new NftChange.ElementsRemove(
                family.sizes(), List.of(new NftElement(BalancingFamily.value(address)))));
      }
      if (places.after() > 0) {
        changes.add(
            new NftChange.ElementsAdd(family.sizes(), List.of(size(address, places.after()))));
      }
    }
    return changes;
  }

  /** A number of tasks of one family. */
  record Size(BalancingFamily family, int tasks) {
    static Size of(IpAddress address, int tasks) {
      return new Size(BalancingFamily.of(address), tasks);
    }

    private String chain() {
      return family.chain(tasks);
    }
  }

  /** Creates the chain for a number of tasks. */
  static List<NftChange> with(Size size) {
    return size.family.balancing(size.tasks);
  }

  /** Removes the chain for a number of tasks that no service has any more. */
  static NftChange without(Size size) {
    return new NftChange.ChainRemove(size.chain());
  }

  private static NftElement task(IpAddress address, int place, IpAddress task) {
    return BalancingFamily.place(address, place).to(BalancingFamily.value(task));
  }

  private static NftElement size(IpAddress address, int tasks) {
    return new NftElement(BalancingFamily.value(address))
        .to(new NftVerdict.Jump(Size.of(address, tasks).chain()));
  }
}
