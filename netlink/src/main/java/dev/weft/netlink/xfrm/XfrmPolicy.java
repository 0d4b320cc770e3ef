package dev.weft.netlink.xfrm;

/**
 * A policy as the kernel reports it.
 *
 * @param spec its properties
 * @param usage its usage; the kernel counts neither its bytes nor its packets
 */
public record XfrmPolicy(XfrmPolicySpec spec, XfrmUsage usage) {}
