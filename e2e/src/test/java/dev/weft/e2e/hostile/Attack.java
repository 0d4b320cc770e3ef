package dev.weft.e2e.hostile;

import java.util.List;
import java.util.stream.Stream;

/**
 * One thing that a pod does in namespaces of its own.
 *
 * @param name what it does, as a sentence without its subject
 * @param step does it, or begins it where it goes on until the attacker is closed
 * @param restarts whether its node's agent starts anew beside it, and so looks at everything
 */
record Attack(String name, Step step, boolean restarts) {
  Attack(String name, Step step) {
    this(name, step, false);
  }

  interface Step {
    void by(Attacker attacker);
  }

  /** A script for the pod's network namespace. */
  static Attack script(String name, String script) {
    return new Attack(name, attacker -> attacker.run(script));
  }

  /** Lines for {@code ip}, over and over. */
  static Attack loop(String name, String... lines) {
    return new Attack(name, attacker -> attacker.forever(lines));
  }

  static List<Attack> all() {
    return Stream.of(LinkAttacks.all(), TableAttacks.all(), FrameAttacks.all(), LifeAttacks.all())
        .flatMap(List::stream)
        .toList();
  }

  Attack acrossRestart() {
    return new Attack(name, step, true);
  }

  @Override
  public String toString() {
    return name;
  }
}
