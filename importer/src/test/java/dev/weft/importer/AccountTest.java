package dev.weft.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Every value of a file is in the output, in a comment, or in the table of dropped values. */
class AccountTest {
  /** Keys of a service, each with a pattern of an accepted value. */
  private static final List<String> KEYS =
      List.of(
          "image: %s",
          "command: [run, %s]",
          "entrypoint: %s arg",
          "working_dir: /%s",
          "user: %s",
          "hostname: %s",
          "domainname: %s",
          "container_name: %s",
          "environment: {A: %s, B: pre%s}",
          "labels: [one=%s]",
          "labels: {one: %s}",
          "annotations: {a: %s}",
          "logging: {driver: %s, options: {max: %s}}",
          "depends_on: [%s]",
          "depends_on: {%s: {condition: %s}}",
          "networks: {default: {aliases: [%s], priority: %s}}",
          "networks: [%s]",
          "volumes: [\"/%s:/data\", \"%s:/lost\", \"./%s:/rel\", /%s]",
          "volumes: [{type: bind, source: /%s, target: /%s, bind: {propagation: %s}}]",
          "tmpfs: [/%s, \"/run:mode=%s\"]",
          "secrets: [%s]",
          "configs: [{source: %s, target: /%s, gid: %s}]",
          "healthcheck: {test: [CMD, %s], interval: %s, novelty: %s}",
          "healthcheck: {disable: true, test: [%s]}",
          "deploy: {mode: %s}",
          "deploy: {replicas: %s, labels: {l: %s}}",
          "deploy: {resources: {limits: {cpus: %s, memory: %s, pids: %s}}}",
          "deploy: {update_config: {order: %s, delay: %s, monitor: %s, failure_action: %s}}",
          "deploy: {placement: {constraints: [\"%s==x\"], preferences: [{spread: %s}]}}",
          "deploy: {restart_policy: {condition: %s, window: %s}}",
          "deploy: {endpoint_mode: %s}",
          "ports: [\"%s:80\", {target: 81, published: %s, name: %s}]",
          "expose: [%s]",
          "restart: %s",
          "stop_grace_period: %s",
          "stop_signal: %s",
          "cap_add: [%s]",
          "security_opt: [%s]",
          "group_add: [%s]",
          "dns: [%s]",
          "dns_search: [%s]",
          "dns_opt: [%s]",
          "extra_hosts: [\"%s:%s\"]",
          "sysctls: {a: %s}",
          "ulimits: {nofile: {soft: %s}}",
          "devices: [%s]",
          "platform: linux/%s",
          "pull_policy: %s",
          "pid: %s",
          "ipc: %s",
          "init: %s",
          "privileged: %s",
          "read_only: %s",
          "tty: %s",
          "shm_size: %s",
          "mem_limit: %s",
          "env_file: [%s]",
          "network_mode: %s",
          "profiles: [%s]",
          "x-own: {a: [%s]}",
          "novelty: {deep: [{er: %s}]}",
          "build: {context: %s, args: [A=%s]}",
          "build: %s",
          "scale: %s",
          "extends: {service: %s}");

  private static final List<String> NETWORK =
      List.of(
          "driver: %s",
          "internal: %s",
          "external: %s",
          "name: %s",
          "enable_ipv6: %s",
          "attachable: %s",
          "labels: [a=%s]",
          "driver_opts: {encrypted: %s, other: %s, com.docker.network.driver.mtu: %s}",
          "ipam: {driver: %s, options: {o: %s}, config: [{subnet: %s, gateway: %s, ip_range: %s}]}",
          "ipam: {config: [{gateway: %s}]}",
          "x-own: %s",
          "novelty: [%s]");

  private static final List<String> STORE =
      List.of(
          "driver: %s",
          "file: ./%s",
          "external: %s",
          "name: %s",
          "driver_opts: {a: %s}",
          "labels: [%s]",
          "environment: %s",
          "content: %s",
          "novelty: %s");

  private final List<String> words = new ArrayList<>();

  private String filled(String pattern, Random random) {
    StringBuilder text = new StringBuilder();
    for (String part : pattern.split("(?<=%s)", -1)) {
      if (part.endsWith("%s")) {
        String word =
            random.nextInt(3) == 0
                ? String.valueOf(100_000 + random.nextInt(900_000))
                : "w" + Integer.toString(random.nextInt(1_000_000), 36) + "z";
        words.add(word);
        text.append(part, 0, part.length() - 2).append(word);
      } else {
        text.append(part);
      }
    }
    return text.toString();
  }

  private void some(StringBuilder yaml, String name, List<String> keys, Random random) {
    yaml.append("  ").append(name).append(":\n");
    List<String> used = new ArrayList<>();
    for (int i = random.nextInt(6) + 1; i > 0; i--) {
      String pattern = keys.get(random.nextInt(keys.size()));
      String key = pattern.replaceFirst(":.*", "");
      if (!used.contains(key)) {
        used.add(key);
        yaml.append("    ").append(filled(pattern, random)).append('\n');
      }
    }
  }

  @Property(tries = 1000)
  void nothingIsLostInSilence(@ForAll long seed) throws IOException {
    words.clear();
    Random random = new Random(seed);
    StringBuilder yaml = new StringBuilder();
    yaml.append(filled("x-top: {a: %s}\nversion: \"%s\"\nnovelty: {b: [%s]}\nservices:\n", random));
    for (int i = random.nextInt(3); i >= 0; i--) {
      some(yaml, "s" + i, KEYS, random);
    }
    yaml.append("networks:\n");
    some(yaml, "n", NETWORK, random);
    yaml.append("volumes:\n");
    some(yaml, "v", STORE, random);
    yaml.append("configs:\n");
    some(yaml, "c", STORE, random);
    yaml.append("secrets:\n");
    some(yaml, "k", STORE, random);
    Path folder = Files.createTempDirectory("weft-account");
    try {
      Import imported = Import.of(folder, yaml.toString());
      assertThat(imported.status()).as(imported.table()).isIn(0, 2);
      String outcome = (imported.yaml() + imported.table()).toLowerCase(Locale.ROOT);
      assertThat(words).as(yaml.toString()).allMatch(outcome::contains);
    } finally {
      Files.deleteIfExists(folder.resolve("compose.yaml"));
      Files.deleteIfExists(folder);
    }
  }
}
