package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One network on one node: what the agent builds, and its result. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("hostnetworks")
@ShortNames("hnet")
@Categories(Names.CATEGORY)
@JsonClassDescription("What one node must build for one network, and the outcome. Written by Weft.")
@AdditionalPrinterColumn(name = "NETWORK", jsonPath = ".spec.network")
@AdditionalPrinterColumn(name = "NODE", jsonPath = ".spec.node")
@AdditionalPrinterColumn(name = "DRIVER", jsonPath = ".spec.driver")
@AdditionalPrinterColumn(
    name = "ENDPOINTS",
    jsonPath = ".status.endpoints",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "READY",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "DEVICE", jsonPath = ".status.devices[*]", priority = 1)
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1)
@ValidationRule(
    value =
        "!has(self.spec.network) || !has(self.spec.node) ||"
            + " self.metadata.name == self.spec.network + '.' + self.spec.node",
    message = "the name must be <network>.<node>")
public class HostNetwork extends CustomResource<HostNetworkSpec, HostNetworkStatus> {}
