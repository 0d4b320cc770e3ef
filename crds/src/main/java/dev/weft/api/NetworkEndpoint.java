package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
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
public class NetworkEndpoint extends CustomResource<NetworkEndpointSpec, NetworkEndpointStatus> {}
