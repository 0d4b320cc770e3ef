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

/** One address on one network, held by one sandbox or service; its name is the address's lock. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("networkendpoints")
@ShortNames("nep")
@Categories(Names.CATEGORY)
@JsonClassDescription(
    "One address on one network, held by one sandbox, or by a service as its virtual address. The"
        + " name is the lock on the address.")
@AdditionalPrinterColumn(name = "NETWORK", jsonPath = ".spec.network")
@AdditionalPrinterColumn(name = "ADDRESS", jsonPath = ".spec.address")
@AdditionalPrinterColumn(name = "NODE", jsonPath = ".spec.node")
@AdditionalPrinterColumn(name = "POD", jsonPath = ".spec.sandbox.pod")
@AdditionalPrinterColumn(
    name = "READY",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "NAMESPACE", jsonPath = ".spec.sandbox.namespace", priority = 1)
@AdditionalPrinterColumn(name = "SERVICE", jsonPath = ".spec.service.name", priority = 1)
@AdditionalPrinterColumn(name = "CONTAINER", jsonPath = ".spec.sandbox.container", priority = 1)
@AdditionalPrinterColumn(name = "INTERFACE", jsonPath = ".spec.interface", priority = 1)
@AdditionalPrinterColumn(name = "MAC", jsonPath = ".spec.mac", priority = 1)
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1)
@ValidationRule(
    value =
        "self.metadata.name.startsWith(self.spec.network + '.') && (self.spec.address.contains(':')"
            + " ? self.metadata.name.size() == self.spec.network.size() + 40 &&"
            + " self.metadata.name.matches('[.]([0-9a-f]{4}-){7}[0-9a-f]{4}$') : (self.spec.network"
            + " + '.' + self.spec.address).startsWith(self.metadata.name + '/'))",
    message =
        "the name must be <network>.<address>, with an IPv6 address as eight groups of four digits"
            + " joined by '-': it is the lock on the address")
@ValidationRule(
    value =
        "self.spec.network == oldSelf.spec.network && self.spec.address == oldSelf.spec.address &&"
            + " has(self.spec.node) == has(oldSelf.spec.node) && (!has(self.spec.node) ||"
            + " self.spec.node == oldSelf.spec.node) && has(self.spec.mac) == has(oldSelf.spec.mac)"
            + " && (!has(self.spec.mac) || self.spec.mac == oldSelf.spec.mac)",
    message = "network, address, node and mac cannot change; delete it and make another")
@ValidationRule(
    value =
        "has(self.spec.service) == has(oldSelf.spec.service) && (!has(self.spec.service) ||"
            + " self.spec.service.name == oldSelf.spec.service.name)",
    message = "an address does not change from one service or sandbox to another service")
public class NetworkEndpoint extends CustomResource<NetworkEndpointSpec, NetworkEndpointStatus> {}
