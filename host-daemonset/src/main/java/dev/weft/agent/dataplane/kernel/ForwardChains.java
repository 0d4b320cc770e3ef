package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.NftTable;
import dev.weft.netlink.nft.Nftables;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Other programs' base chains for forwarded packets, as nftables lists them, without those of
 * {@code iptables-legacy}.
 *
 * @param entered "family table chain", those of policy drop first
 * @param dockerUser families, "ip" or "ip6", where Docker provides a chain for rules before its
 *     own; it keeps them when it restarts
 */
public record ForwardChains(List<String> entered, Set<String> dockerUser) {
  private static final Pattern TABLE = Pattern.compile("table (ip|ip6|inet) (\\S+) \\{");
  private static final Pattern CHAIN = Pattern.compile("chain (\\S+) \\{");

  /** Lists the chains. */
  static ForwardChains of(Nftables nftables) {
    return parse(nftables.runPlain("list chains"));
  }

  static ForwardChains parse(String listing) {
    List<String> entered = new ArrayList<>();
    Set<String> docker = new HashSet<>();
    int dropping = 0;
    String table = "";
    String chain = "";
    for (String line : listing.lines().map(String::strip).toList()) {
      Matcher tables = TABLE.matcher(line);
      Matcher chains = CHAIN.matcher(line);
      if (line.startsWith("table ")) {
        table = tables.matches() ? tables.group(1) + " " + tables.group(2) : "";
      } else if (chains.matches()) {
        chain = chains.group(1);
        if (chain.equals("DOCKER-USER") && table.endsWith(" filter")) {
          docker.add(table.substring(0, table.indexOf(' ')));
        }
      } else if (line.contains("hook forward ")
          && !table.isEmpty()
          && !table.endsWith(" " + NftTable.NAME)
          && !table.endsWith(" " + FirewallProbe.TABLE)) {
        boolean drops = line.contains("policy drop");
        entered.add(drops ? dropping++ : entered.size(), table + " " + chain);
      }
    }
    return new ForwardChains(List.copyOf(entered), Set.copyOf(docker));
  }

  /** The command that lets packets pass inside a bridge. */
  public String cure(String bridge, boolean ipv4) {
    return isOfIptables(ipv4)
        ? "%s -i %s -o %s -j ACCEPT".formatted(iptables(ipv4), bridge, bridge)
        : "nft insert rule %1$s iifname %2$s oifname %2$s accept".formatted(chain(ipv4), bridge);
  }

  /**
   * Commands, joined by "; ", that let packets pass from a bridge to the world and answers back.
   */
  public String outwardCure(String bridge, boolean ipv4) {
    return isOfIptables(ipv4)
        ? "%1$s -i %2$s -j ACCEPT; %1$s -o %2$s -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
            .formatted(iptables(ipv4), bridge)
        : ("nft insert rule %1$s iifname %2$s accept; "
                + "nft insert rule %1$s oifname %2$s ct state established,related accept")
            .formatted(chain(ipv4), bridge);
  }

  private String chain(boolean ipv4) {
    String family = family(ipv4);
    return entered.stream()
        .filter(each -> each.startsWith(family + " ") || each.startsWith("inet "))
        .findFirst()
        .orElse(family + " filter FORWARD");
  }

  private boolean isOfIptables(boolean ipv4) {
    return chain(ipv4).equals(family(ipv4) + " filter FORWARD");
  }

  private String iptables(boolean ipv4) {
    String family = family(ipv4);
    return "%stables -I %s"
        .formatted(family, dockerUser.contains(family) ? "DOCKER-USER" : "FORWARD");
  }

  private static String family(boolean ipv4) {
    return ipv4 ? "ip" : "ip6";
  }
}
