package dev.weft.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names that operator, agent and users must agree on. */
public final class Names {
  public static final String GROUP = "weft.dev";
  public static final String VERSION = "v1alpha1";
  public static final String CATEGORY = "weft";

  /** Name of the only {@link Mesh} that Weft uses. */
  public static final String MESH = "default";

  /** Namespace of Weft's own objects, the leases among them. */
  public static final String NAMESPACE = "weft-system";

  /** Label of children: the name of their {@link ContainerNetwork}. */
  public static final String NETWORK_LABEL = "weft.dev/network";

  /** Label of children: the name of their node. */
  public static final String NODE_LABEL = "weft.dev/node";

  /** Label of the objects of an {@link OverlayService} in the same namespace: its name. */
  public static final String SERVICE_LABEL = "weft.dev/service";

  /** Annotation in which a pod requests networks; read by {@link Attachments}. */
  public static final String NETWORKS_ANNOTATION = "weft.dev/networks";

  /** Annotation in which a pod requests networks from Multus; read by {@link MultusSelections}. */
  public static final String MULTUS_ANNOTATION = "k8s.v1.cni.cncf.io/networks";

  /** Annotation of a {@link ContainerNetwork}; read by {@link MultusAliases}. */
  public static final String MULTUS_ALIASES_ANNOTATION = "weft.dev/multus-aliases";

  /** Annotation of the {@link Mesh}: each new value requests a key rotation. */
  public static final String ROTATE_ANNOTATION = "weft.dev/rotate";

  /** Annotation of a {@link MeshNode} behind a NAT: the VTEP address that other nodes use. */
  public static final String PUBLIC_ADDRESS_ANNOTATION = "weft.dev/public-address";

  /** Finalizer of a {@link ContainerNetwork}, removed once every node has removed the network. */
  public static final String NETWORK_FINALIZER = "weft.dev/network";

  /**
   * Finalizer of a {@link HostNetwork}, removed once the node's kernel is clean or the node is
   * gone.
   */
  public static final String NODE_FINALIZER = "weft.dev/node";

  /** Lease of the leading operator, in {@link #NAMESPACE}. */
  public static final String OPERATOR_LEASE = "weft-operator";

  private Names() {}

  /** Name of the {@link HostNetwork} of {@code network} on {@code node}. */
  public static String hostNetwork(String network, String node) {
    return network + "." + node;
  }

  /**
   * Name of the {@link NetworkEndpoint} that locks {@code address} on {@code network}. An IPv6
   * address is written as eight groups of four digits joined by "-": a name must not contain a
   * colon, and each address needs exactly one name.
   */
  public static String endpoint(String network, IpAddress address) {
    return network
        + "."
        + (address.isIpv4() ? address.toString() : AddressText.groups(address.bytes(), "-"));
  }

  /** Lease of the agent of {@code node}, in {@link #NAMESPACE}. */
  public static String agentLease(String node) {
    return "weft-agent-" + node;
  }

  /**
   * Default name of the bridge of {@code network}: {@code weft-} and the network's name. If that is
   * too long for a device, ten hexadecimal digits of its SHA-256 replace the network's name.
   */
  public static String bridgeDevice(String network) {
    String readable = "weft-" + network;
    return readable.length() <= InterfaceName.LONGEST ? readable : "weft-" + digest(network);
  }

  private static String digest(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, 5);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
