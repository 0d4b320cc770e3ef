package dev.weft.e2e.machine;

import org.opentest4j.TestAbortedException;

/**
 * Result of one test in the machine.
 *
 * @param test its class and name
 * @param status its outcome
 * @param text reason of a failure or skip; empty if it passed
 */
record Result(String test, Status status, String text) {
  enum Status {
    PASSED,
    SKIPPED,
    FAILED
  }

  String toText() {
    return status + "\n" + test + "\n" + text;
  }

  static Result parse(String text) {
    String[] parts = text.split("\n", 3);
    return new Result(parts[1], Status.valueOf(parts[0]), parts[2]);
  }

  /** Passes, fails or aborts as the test did. */
  void replay() {
    switch (status) {
      case PASSED -> {}
      case SKIPPED -> throw new TestAbortedException(text);
      case FAILED -> throw new AssertionError(text);
    }
  }
}
