package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A replicated or global service on an overlay network. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("overlayservices")
@ShortNames("osvc")
@Categories(Names.CATEGORY)
@JsonClassDescription("A replicated or global service whose tasks share an overlay network.")
@AdditionalPrinterColumn(name = "NETWORK", jsonPath = ".spec.network")
@AdditionalPrinterColumn(name = "MODE", jsonPath = ".spec.mode")
@AdditionalPrinterColumn(
    name = "DESIRED",
    jsonPath = ".spec.replicas",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "TASKS",
    jsonPath = ".status.readyReplicas",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "VIP", jsonPath = ".status.vip")
@AdditionalPrinterColumn(
    name = "READY",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "ENDPOINTS",
    jsonPath = ".status.endpoints",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(name = "IMAGE", jsonPath = ".spec.image", priority = 1)
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1)
@ValidationRule(
    value =
        "self.metadata.name.size() <= 57 &&"
            + " self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message =
        "the name must be a DNS label that starts with a letter, of at most 57 characters: the name"
            + " with -tasks is one too")
public class OverlayService extends CustomResource<OverlayServiceSpec, OverlayServiceStatus>
    implements Namespaced {}
