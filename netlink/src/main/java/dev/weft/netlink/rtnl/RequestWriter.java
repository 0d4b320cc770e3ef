package dev.weft.netlink.rtnl;

import static dev.weft.netlink.wire.NetlinkH.NLM_F_APPEND;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_CREATE;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_EXCL;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_REPLACE;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_REQUEST;

import dev.weft.netlink.wire.MessageWriter;
import java.net.InetAddress;

/** Writes requests as messages. */
final class RequestWriter {
  private static final int CHANGE = NLM_F_REQUEST;
  private static final int ADD = CHANGE | NLM_F_CREATE | NLM_F_EXCL;
  private static final int SET = CHANGE | NLM_F_CREATE | NLM_F_REPLACE;
  private static final int APPEND = CHANGE | NLM_F_CREATE | NLM_F_APPEND;

  private RequestWriter() {}

  /**
   * Writes a request.
   *
   * @param sequence number of its first message; further ones count on from it
   * @return how many messages it took
   */
  static int write(MessageWriter out, Request request, int sequence) {
    switch (request) {
      case Request.FdbSet(FdbEntry entry) -> NeighbourCodec.writeNew(out, entry, SET, sequence);
      case Request.FdbAppend(FdbEntry entry) ->
          NeighbourCodec.writeNew(out, entry, APPEND, sequence);
      case Request.FdbRemove(FdbEntry entry) ->
          NeighbourCodec.writeRemove(out, entry, CHANGE, sequence);
      case Request.NeighbourSet(Neighbour neighbour) ->
          NeighbourCodec.writeNew(out, neighbour, SET, sequence);
      case Request.NeighbourRemove(int link, InetAddress address) ->
          NeighbourCodec.writeRemove(out, link, address, CHANGE, sequence);
      case Request.AddressAdd(Address address) ->
          AddressCodec.writeNew(out, address, ADD, sequence);
      case Request.AddressRemove(Address address) ->
          AddressCodec.writeRemove(out, address, CHANGE, sequence);
      case Request.RouteAdd(Route route) -> RouteCodec.writeNew(out, route, ADD, sequence);
      case Request.RouteReplace(Route route) -> RouteCodec.writeNew(out, route, SET, sequence);
      case Request.RouteAppend(Route route) -> RouteCodec.writeNew(out, route, APPEND, sequence);
      case Request.RouteRemove(Route route) -> RouteCodec.writeRemove(out, route, CHANGE, sequence);
      case Request.LinkAdd(LinkSpec spec) -> LinkWriter.writeNew(out, spec, ADD, sequence);
      case Request.LinkRemove(int index) -> LinkWriter.writeRemove(out, index, CHANGE, sequence);
      case Request.LinkChange change -> {
        return LinkWriter.writeChange(out, change, CHANGE, sequence);
      }
    }
    return 1;
  }
}
