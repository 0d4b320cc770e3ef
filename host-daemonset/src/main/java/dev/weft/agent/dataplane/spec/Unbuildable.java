package dev.weft.agent.dataplane.spec;

/** A network, or one of its endpoints, cannot be built as desired. */
public final class Unbuildable extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  public Unbuildable(Problem problem) {
    super(problem.toString());
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
