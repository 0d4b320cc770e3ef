package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Network properties of a node for the mesh, published by the node's agent. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("meshnodes")
@ShortNames("mnode")
@Categories(Names.CATEGORY)
@JsonClassDescription("A node as the mesh sees it. Written by its agent.")
@AdditionalPrinterColumn(name = "VTEP", jsonPath = ".spec.vtep")
@AdditionalPrinterColumn(name = "INTERFACE", jsonPath = ".spec.interface")
@AdditionalPrinterColumn(
    name = "MTU",
    jsonPath = ".spec.mtu",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "READY",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "KERNEL", jsonPath = ".spec.kernel.release", priority = 1)
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1)
public class MeshNode extends CustomResource<MeshNodeSpec, MeshNodeStatus> {}
