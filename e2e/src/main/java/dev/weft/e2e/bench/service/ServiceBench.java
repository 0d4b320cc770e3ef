package dev.weft.e2e.bench.service;

import dev.weft.e2e.bench.service.WeftService.Round;
import dev.weft.e2e.lab.Dockerd;
import dev.weft.e2e.lab.KubeletLab;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Measures the time from the request for a service of three tasks until each task reaches the
 * others and the service's address: Weft on real kubelets, compared with Swarm.
 */
public final class ServiceBench {
  private final int rounds;

  /** Warm-up rounds, in which the programs run some of their code for the first time. */
  private final int cold;

  private ServiceBench(int rounds) {
    this.rounds = rounds;
    this.cold = Math.clamp(rounds - 1, 0, 5);
  }

  /** Takes the number of rounds, at least 2; the default is 20. */
  public static void main(String[] arguments) throws Exception {
    Optional<String> missing = KubeletLab.missing().or(Dockerd::missing);
    if (missing.isPresent()) {
      System.err.println(missing.get());
      System.exit(1);
    }
    new ServiceBench(arguments.length == 0 ? 20 : Integer.parseInt(arguments[0])).run();
    System.exit(0);
  }

  private void run() throws Exception {
    List<Round> weft = WeftService.rounds(rounds);
    System.out.println("Weft, ms from the request to apply:");
    System.out.println(
        "     mesh       vip      made scheduled     ready      held  balanced   its own");
    weft.forEach(System.out::println);
    System.out.printf(
        "medians after %d rounds: mesh %d, vip %d, Weft's own %d%n",
        cold, median(weft, Round::mesh), median(weft, Round::served), median(weft, Round::own));
    List<Long> swarm = SwarmRounds.rounds(rounds);
    System.out.println("Swarm, ms from docker service create --replicas 3: " + swarm);
    System.out.printf("median after %d rounds: %d%n", cold, median(swarm, Long::longValue));
  }

  private <T> long median(List<T> rounds, ToLongFunction<T> value) {
    List<T> warm = rounds.subList(cold, rounds.size());
    return warm.stream().mapToLong(value).sorted().skip(warm.size() / 2).findFirst().orElseThrow();
  }
}
