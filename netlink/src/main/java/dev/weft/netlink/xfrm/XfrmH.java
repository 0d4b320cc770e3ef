package dev.weft.netlink.xfrm;

/** {@code linux/xfrm.h} and the numbers of IP protocols. */
final class XfrmH {
  static final int XFRM_MSG_NEWSA = 0x10;
  static final int XFRM_MSG_DELSA = 0x11;
  static final int XFRM_MSG_GETSA = 0x12;
  static final int XFRM_MSG_NEWPOLICY = 0x13;
  static final int XFRM_MSG_DELPOLICY = 0x14;
  static final int XFRM_MSG_GETPOLICY = 0x15;
  static final int XFRM_MSG_ACQUIRE = 0x17;
  static final int XFRM_MSG_EXPIRE = 0x18;
  static final int XFRM_MSG_UPDPOLICY = 0x19;
  static final int XFRM_MSG_UPDSA = 0x1a;
  static final int XFRM_MSG_POLEXPIRE = 0x1b;
  static final int XFRM_MSG_FLUSHSA = 0x1c;
  static final int XFRM_MSG_FLUSHPOLICY = 0x1d;

  static final int XFRMNLGRP_ACQUIRE = 1;
  static final int XFRMNLGRP_EXPIRE = 2;
  static final int XFRMNLGRP_SA = 3;
  static final int XFRMNLGRP_POLICY = 4;

  static final int XFRMA_ENCAP = 4;
  static final int XFRMA_TMPL = 5;
  static final int XFRMA_SA = 6;
  static final int XFRMA_POLICY = 7;
  static final int XFRMA_REPLAY_VAL = 10;
  static final int XFRMA_LASTUSED = 15;
  static final int XFRMA_ALG_AEAD = 18;
  static final int XFRMA_MARK = 21;
  static final int XFRMA_REPLAY_ESN_VAL = 23;
  static final int XFRMA_SA_EXTRA_FLAGS = 24;
  static final int XFRMA_SET_MARK = 29;
  static final int XFRMA_SET_MARK_MASK = 30;
  static final int XFRMA_IF_ID = 31;

  /** {@code struct xfrm_selector}. */
  static final int SELECTOR = 56;

  /** {@code struct xfrm_id}. */
  static final int ID = 24;

  /** {@code xfrm_address_t}. */
  static final int ADDRESS = 16;

  /** {@code struct xfrm_lifetime_cfg}. */
  static final int LIFETIME_CFG = 64;

  /** {@code struct xfrm_lifetime_cur}. */
  static final int LIFETIME_CUR = 32;

  /** {@code struct xfrm_usersa_info}. */
  static final int USERSA_INFO = 224;

  /** {@code struct xfrm_usersa_id}. */
  static final int USERSA_ID = 24;

  /** {@code struct xfrm_userpolicy_info}. */
  static final int USERPOLICY_INFO = 168;

  /** {@code struct xfrm_userpolicy_id}. */
  static final int USERPOLICY_ID = 64;

  /** {@code struct xfrm_user_tmpl}. */
  static final int USER_TMPL = 64;

  /** {@code struct xfrm_user_acquire}. */
  static final int USER_ACQUIRE = 280;

  static final int ALG_NAME = 64;
  static final int XFRM_STATE_ESN = 128;
  static final int XFRM_POLICY_ALLOW = 0;
  static final int XFRM_POLICY_BLOCK = 1;
  static final int UDP_ENCAP_ESPINUDP = 2;
  static final long XFRM_INF = -1;

  private XfrmH() {}
}
