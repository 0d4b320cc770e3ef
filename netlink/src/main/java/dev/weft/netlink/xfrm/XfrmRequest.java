package dev.weft.netlink.xfrm;

/** One change to the IPsec tables of a namespace, made by {@link Xfrm#execute}. */
public sealed interface XfrmRequest {
  /** The change in words, without any key, as in errors. */
  String inWords();

  /** The largest replay window of a request, in packets. */
  int MOST_WINDOW = 8192;

  /**
   * Creates a state; fails with EEXIST if one with that id exists. A new state counts from 1, so a
   * state must never be created again with a key that the kernel has had.
   */
  record StateAdd(XfrmStateSpec state, XfrmKey key) implements XfrmRequest {
    /** Rejects a state that cannot be created. */
    public StateAdd {
      requireMakable(state, key);
    }

    @Override
    public String inWords() {
      return "add state " + state.id();
    }
  }

  /**
   * Changes lifetime, selector, UDP ports and output mark of a state; fails with ESRCH if none with
   * that id exists. Its key and its counters stay. The kernel expects the same full message as for
   * {@link StateAdd}, key included.
   */
  record StateUpdate(XfrmStateSpec state, XfrmKey key) implements XfrmRequest {
    /** Rejects a state that cannot be created. */
    public StateUpdate {
      requireMakable(state, key);
    }

    @Override
    public String inWords() {
      return "update state " + state.id();
    }
  }

  /** Removes a state; fails with ESRCH if none with that id exists. */
  record StateRemove(XfrmStateId id) implements XfrmRequest {
    @Override
    public String inWords() {
      return "remove state " + id;
    }
  }

  /** Creates a policy; fails with EEXIST if one with that id exists. */
  record PolicyAdd(XfrmPolicySpec policy) implements XfrmRequest {
    @Override
    public String inWords() {
      return "add policy " + policy.id();
    }
  }

  /**
   * Creates a policy, or replaces the one with that id atomically: at no moment are there none or
   * two.
   */
  record PolicyUpdate(XfrmPolicySpec policy) implements XfrmRequest {
    @Override
    public String inWords() {
      return "set policy " + policy.id();
    }
  }

  /** Removes a policy; fails with ENOENT if none with that id exists. */
  record PolicyRemove(XfrmPolicyId id) implements XfrmRequest {
    @Override
    public String inWords() {
      return "remove policy " + id;
    }
  }

  private static void requireMakable(XfrmStateSpec state, XfrmKey key) {
    XfrmAead aead = state.aead();
    if (aead == null) {
      throw new IllegalArgumentException(
          "%s has an algorithm that can be read but not made".formatted(state.id()));
    }
    if (aead.keyBits() != key.bits()) {
      throw new IllegalArgumentException(
          "%s needs %d bits of key, not %d".formatted(aead.name(), aead.keyBits(), key.bits()));
    }
    if (state.replay().window() < 0 || state.replay().window() > MOST_WINDOW) {
      throw new IllegalArgumentException(
          "a replay window of %d packets can not be made; use 0 to %d"
              .formatted(state.replay().window(), MOST_WINDOW));
    }
  }
}
