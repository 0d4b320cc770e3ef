package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import dev.weft.api.Driver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Works out what a network gets. What is held is a fact and stays; what is asked for is decided by
 * age, the oldest first, so the outcome is the same in whatever order networks are looked at.
 */
public final class Allocator {
  private Allocator() {}

  /**
   * What {@code claim} gets beside {@code others}. A claim that holds all it needs keeps it, unless
   * an older network holds the same.
   */
  public static Outcome allocate(Claim claim, Collection<Claim> others, Ground ground) {
    Book book = new Book(ground);
    others.stream().sorted().forEach(other -> book.hold(other, other.held()));
    if (claim.held().subnets().stream().allMatch(cidr -> book.holderOf(cidr).isEmpty())) {
      book.hold(claim, claim.held());
    }
    others.forEach(book::ask);
    others.stream()
        .filter(other -> !other.isSettled() && other.isOlderThan(claim))
        .sorted()
        .forEach(older -> {
          if (decide(older, book) instanceof Outcome.Granted granted) {
            book.hold(older, granted.grant());
          }
        });
    return decide(claim, book);
  }

  /** What the cluster or a node uses of what a network already holds, such as a later route. */
  public static List<Refusal> conflicts(Driver driver, Grant grant, Ground ground) {
    Book book = new Book(ground);
    return grant.subnets().stream()
        .flatMap(cidr ->
            book.userOf(driver, cidr).map(used -> Refusal.used(used, cidr.toString())).stream())
        .toList();
  }

  private static Outcome decide(Claim claim, Book book) {
    List<Refusal> refusals = new ArrayList<>();
    List<Cidr> subnets = subnets(claim, book, refusals);
    Integer vni = vni(claim, book, refusals).orElse(null);
    String device = device(claim, book, refusals).orElse(null);
    return refusals.isEmpty()
        ? new Outcome.Granted(new Grant(subnets, vni, device))
        : new Outcome.Refused(refusals);
  }

  private static List<Cidr> subnets(Claim claim, Book book, List<Refusal> refusals) {
    if (!claim.needsSubnets()) {
      for (Cidr cidr : claim.held().subnets()) {
        book.holderOf(cidr)
            .filter(holder -> holder.owner().isOlderThan(claim))
            .ifPresent(holder -> refusals.add(Refusal.subnetTaken(holder, cidr.toString())));
      }
      return claim.held().subnets();
    }
    if (claim.subnets().isEmpty()) {
      Optional<Cidr> free = book.freeBlock();
      if (free.isEmpty()) {
        refusals.add(Refusal.poolsExhausted(book.ground()));
      }
      return free.stream().toList();
    }
    for (Cidr cidr : claim.subnets()) {
      book.holderOf(cidr)
          .ifPresent(holder -> refusals.add(Refusal.subnetTaken(holder, cidr.toString())));
      book.userOf(claim.driver(), cidr)
          .ifPresent(used -> refusals.add(Refusal.used(used, cidr.toString())));
    }
    return claim.subnets();
  }

  private static Optional<String> device(Claim claim, Book book, List<Refusal> refusals) {
    DeviceClaim asked = claim.device();
    if (asked == null) {
      return Optional.empty();
    }
    book.holderOf(claim, asked)
        .filter(holder -> claim.needsDevice() || holder.isOlderThan(claim))
        .ifPresent(
            holder -> refusals.add(Refusal.deviceTaken(claim.driver(), asked.name(), holder)));
    return Optional.of(asked.name());
  }

  private static Optional<Integer> vni(Claim claim, Book book, List<Refusal> refusals) {
    if (claim.driver() != Driver.OVERLAY) {
      return Optional.empty();
    }
    Integer held = claim.held().vni();
    if (held != null) {
      book.holderOf(held)
          .filter(holder -> holder.isOlderThan(claim))
          .ifPresent(holder -> refusals.add(Refusal.vniTaken(held, holder)));
      return Optional.of(held);
    }
    Integer asked = claim.vni();
    if (asked != null) {
      book.holderOf(asked).ifPresent(holder -> refusals.add(Refusal.vniTaken(asked, holder)));
      return Optional.of(asked);
    }
    Optional<Integer> free = book.freeVni();
    if (free.isEmpty()) {
      refusals.add(Refusal.vnisExhausted(book.ground()));
    }
    return free;
  }
}
