package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.netlink.rtnl.Request;

/**
 * A netlink request that is part of a change.
 *
 * @param place the namespace of the request
 */
record LinkRequest(Change change, NamespaceRef place, Request request) {}
