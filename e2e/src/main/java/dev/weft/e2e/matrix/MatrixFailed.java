package dev.weft.e2e.matrix;

/** A lab that could not be built. */
final class MatrixFailed extends RuntimeException {
  MatrixFailed(String message) {
    super(message);
  }
}
