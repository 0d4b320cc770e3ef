package dev.weft.netlink.xfrm;

/** One change to the IPsec tables of a namespace, to be made by {@link Xfrm#execute}. */
public sealed interface XfrmRequest {
  /** The change in words, without any key, as errors name it. */
  String inWords();

  /** The largest replay window that can be asked for, in packets. */
  int MOST_WINDOW = 8192;

  /**
   * Makes a state; fails with EEXIST if there is one with that id. A new state counts from 1, so it
   * must never be made again under a key that the kernel has had.
   */
  record StateAdd(XfrmStateSpec state, XfrmKey key) implements XfrmRequest {
    /** Rejects what can not be made. */
    public StateAdd {
      requireMakable(state, key);
    }

    @Override
    public String inWords() {
      return "add state " + state.id();
    }
  }

  /**
   * Changes lifetime, selector, UDP ports and output mark of a state; fails with ESRCH if there is
   * none with that id. Its key, and what it has counted, stay. The kernel takes a message as whole
   * as that of {@link StateAdd}, with the key.
   */
  record StateUpdate(XfrmStateSpec state, XfrmKey key) implements XfrmRequest {
    /** Rejects what can not be made. */
    public StateUpdate {
      requireMakable(state, key);
    }

    @Override
    public String inWords() {
      return "update state " + state.id();
    }
  }

  /** Removes a state; fails with ESRCH if there is none with that id. */
  record StateRemove(XfrmStateId id) implements XfrmRequest {
    @Override
    public String inWords() {
      return "remove state " + id;
    }
  }

  /** Makes a policy; fails with EEXIST if there is one with that id. */
  record PolicyAdd(XfrmPolicySpec policy) implements XfrmRequest {
    @Override
    public String inWords() {
      return "add policy " + policy.id();
    }
  }

  /**
   * Makes a policy, or has it take the place of the one with that id: at no moment is there none,
   * or are there two.
   */
  record PolicyUpdate(XfrmPolicySpec policy) implements XfrmRequest {
    @Override
    public String inWords() {
      return "set policy " + policy.id();
    }
  }

  /** Removes a policy; fails with ENOENT if there is none with that id. */
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
          "%s takes %d bits of key, not %d".formatted(aead.name(), aead.keyBits(), key.bits()));
    }
    if (state.replay().window() < 0 || state.replay().window() > MOST_WINDOW) {
      throw new IllegalArgumentException(
          "a replay window of %d packets can not be made; use 0 to %d"
              .formatted(state.replay().window(), MOST_WINDOW));
    }
  }
}
