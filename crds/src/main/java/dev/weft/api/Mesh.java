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

/** Settings of all overlay networks. Weft uses only the Mesh named {@value Names#MESH}. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("meshes")
@ShortNames("mesh")
@Categories(Names.CATEGORY)
@JsonClassDescription(
    "Settings of all overlay networks of the cluster; there is one, named default.")
@AdditionalPrinterColumn(
    name = "NODES",
    jsonPath = ".status.nodes",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "NETWORKS",
    jsonPath = ".status.networks",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "EPOCH",
    jsonPath = ".status.keys.epoch",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "PHASE", jsonPath = ".status.keys.phase")
@AdditionalPrinterColumn(name = "ACKNOWLEDGED", jsonPath = ".status.keys.summary")
@AdditionalPrinterColumn(
    name = "READY",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "ROTATION", jsonPath = ".spec.keyRotation.interval", priority = 1)
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1)
@ValidationRule(
    value = "self.metadata.name == 'default'",
    message = "there is one mesh, and its name is default")
public class Mesh extends CustomResource<MeshSpec, MeshStatus> {}
