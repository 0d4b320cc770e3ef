package dev.weft.testkit.control;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.ConfigBuilder;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Address and credentials for an API server, in kubectl's format.
 *
 * @param text the YAML
 */
public record Kubeconfig(String text) {
  private static final String NAME = "weft-lab";

  /**
   * A server of a lab, without verification of its certificate, reached through the loopback
   * interface or the lab's own wire.
   *
   * @param token a bearer token, empty for none
   */
  static Kubeconfig of(URI server, String token) {
    AuthInfo user = new AuthInfo();
    if (!token.isEmpty()) {
      user.setToken(token);
    }
    return write(lab(new Cluster(), server), user);
  }

  /** Reads a kubeconfig file. */
  public static Kubeconfig read(Path file) {
    try {
      return new Kubeconfig(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException("no kubeconfig could be read from " + file, e);
    }
  }

  /** The same server and user through another address, such as that of a {@code Relay}. */
  public Kubeconfig through(URI address) {
    return write(lab(new Cluster(), address), user());
  }

  /** The same server with another token. */
  public Kubeconfig as(String token) {
    AuthInfo user = new AuthInfo();
    user.setToken(token);
    return write(cluster(), user);
  }

  private AuthInfo user() {
    return parsed().getUsers().stream()
        .filter(each -> each.getName().equals(context().getUser()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the kubeconfig's user is missing"))
        .getUser();
  }

  private Cluster cluster() {
    return parsed().getClusters().stream()
        .filter(each -> each.getName().equals(context().getCluster()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the kubeconfig's cluster is missing"))
        .getCluster();
  }

  private Context context() {
    var config = parsed();
    return config.getContexts().stream()
        .filter(each -> each.getName().equals(config.getCurrentContext()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the kubeconfig has no current context"))
        .getContext();
  }

  private io.fabric8.kubernetes.api.model.Config parsed() {
    return new KubernetesSerialization()
        .unmarshal(text, io.fabric8.kubernetes.api.model.Config.class);
  }

  /** The server's address. */
  public URI server() {
    return URI.create(Config.fromKubeconfig(text).getMasterUrl());
  }

  /** A client of the server, to be closed by the caller. */
  public KubernetesClient client() {
    Config config = Config.fromKubeconfig(text);
    // over plain HTTP the JDK would request an upgrade to HTTP/2, which the embedded server refuses
    // for bodies of more than 64 KiB
    config.setHttp2Disable(true);
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** Writes it to a file that only the owner can read. */
  public void writeTo(Path file) {
    try {
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Cluster lab(Cluster cluster, URI server) {
    cluster.setServer(server.toString());
    if ("https".equals(server.getScheme())) {
      cluster.setInsecureSkipTlsVerify(true);
    }
    return cluster;
  }

  private static Kubeconfig write(Cluster cluster, AuthInfo user) {
    return new Kubeconfig(
        new KubernetesSerialization()
            .asYaml(
                new ConfigBuilder()
                    .withApiVersion("v1")
                    .withKind("Config")
                    .addNewCluster()
                    .withName(NAME)
                    .withCluster(cluster)
                    .endCluster()
                    .addNewUser()
                    .withName(NAME)
                    .withUser(user)
                    .endUser()
                    .addNewContext()
                    .withName(NAME)
                    .withNewContext()
                    .withCluster(NAME)
                    .withUser(NAME)
                    .withNamespace("default")
                    .endContext()
                    .endContext()
                    .withCurrentContext(NAME)
                    .build()));
  }
}
