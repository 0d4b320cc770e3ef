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

/** A network for pods, as a user requests it. Cluster-scoped. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("containernetworks")
@ShortNames("cnet")
@Categories(Names.CATEGORY)
@JsonClassDescription("A network for pods, built on every node that needs it.")
@AdditionalPrinterColumn(name = "DRIVER", jsonPath = ".spec.driver")
@AdditionalPrinterColumn(name = "SUBNET", jsonPath = ".status.subnets[*].cidr")
@AdditionalPrinterColumn(
    name = "VNI",
    jsonPath = ".status.vni",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "MTU",
    jsonPath = ".status.mtu",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "ENCRYPTED",
    jsonPath = ".spec.overlay.encrypted",
    type = AdditionalPrinterColumn.Type.BOOLEAN)
@AdditionalPrinterColumn(name = "NODES", jsonPath = ".status.nodes.summary")
@AdditionalPrinterColumn(
    name = "READY",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "USED",
    jsonPath = ".status.addresses.used",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "FREE",
    jsonPath = ".status.addresses.free",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1)
@ValidationRule(
    value =
        "self.metadata.name.size() <= 63 &&"
            + " self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
    message =
        "the name must be a DNS label: lower-case letters, digits and '-', at most 63, no dot")
@ValidationRule(
    value =
        "!has(oldSelf.status) || !has(oldSelf.status.subnets) || !has(self.spec.subnets) ||"
            + " (has(oldSelf.spec.subnets) && self.spec.subnets.map(s, s.cidr) =="
            + " oldSelf.spec.subnets.map(s, s.cidr)) || self.spec.subnets.map(s, s.cidr) =="
            + " oldSelf.status.subnets.map(s, s.cidr)",
    message =
        "spec.subnets cannot change once the network holds them; make another network and move its"
            + " pods")
@ValidationRule(
    value =
        "!has(oldSelf.status) || !has(oldSelf.status.vni) || !has(self.spec.overlay) ||"
            + " !has(self.spec.overlay.vni) || (has(oldSelf.spec.overlay) &&"
            + " has(oldSelf.spec.overlay.vni) && self.spec.overlay.vni == oldSelf.spec.overlay.vni)"
            + " || self.spec.overlay.vni == oldSelf.status.vni",
    message =
        "spec.overlay.vni cannot change once the network holds it; make another network and move"
            + " its pods")
public class ContainerNetwork
    extends CustomResource<ContainerNetworkSpec, ContainerNetworkStatus> {}
