package dev.weft.agent.dataplane;

/** A network, or an endpoint of it, can not be made as wished. */
final class Unbuildable extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  Unbuildable(Problem problem) {
    super(problem.toString());
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }
}
