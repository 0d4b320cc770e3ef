package dev.weft.e2e.hostile;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Root;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Provides one {@link Bed} to the classes of this package, and a new one after it was spoiled. */
final class InBed implements BeforeAllCallback, ParameterResolver {
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(InBed.class);

  /** The current bed. */
  static final class Current implements AutoCloseable {
    private @Nullable Bed bed;

    Bed get() {
      if (bed == null) {
        bed = Bed.start();
      }
      return bed;
    }

    /** Discards the bed, because leftovers of a failed test would distort the next one. */
    void spoil() {
      if (bed != null) {
        bed.close();
        bed = null;
      }
    }

    @Override
    public void close() {
      spoil();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    assumeTrue(Root.is(), Root.REASON);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType().equals(Current.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(STORE)
        .computeIfAbsent(Current.class, _ -> new Current(), Current.class);
  }
}
