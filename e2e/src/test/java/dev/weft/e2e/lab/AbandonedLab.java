package dev.weft.e2e.lab;

/** A lab's owner that waits to be killed; prints the id of a process it started. */
final class AbandonedLab {
  private AbandonedLab() {}

  public static void main(String[] arguments) throws Exception {
    StateDirectory state = StateDirectory.create(arguments[0]);
    try (Wire wire = Wire.create(new Namespaces(arguments[0], state))) {
      Process child = new ProcessBuilder("sleep", "600").start();
      state.recordProcess(child);
      System.out.println(child.pid());
      System.out.println(wire.port("outside"));
      Thread.sleep(Long.MAX_VALUE);
    }
  }
}
