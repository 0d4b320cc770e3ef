package dev.weft.e2e.hostile;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Root;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives the classes of this package one {@link Bed}, and another one after it was spoiled. */
final class InBed implements BeforeAllCallback, ParameterResolver {
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(InBed.class);

  /** The bed of the moment. */
  static final class Current implements AutoCloseable {
    private @Nullable Bed bed;

    Bed get() {
      if (bed == null) {
        bed = Bed.start();
      }
      return bed;
    }

    /** Throws it away: what a test left in it would count against the next one. */
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
