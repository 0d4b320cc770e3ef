package dev.weft.netlink.xfrm;

/**
 * A policy as the kernel reports it.
 *
 * @param spec what it is
 * @param usage what it was used for; the kernel counts neither its bytes nor its packets
 */
public record XfrmPolicy(XfrmPolicySpec spec, XfrmUsage usage) {}
