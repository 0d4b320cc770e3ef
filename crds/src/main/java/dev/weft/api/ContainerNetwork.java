package dev.weft.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A network that a user wants. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("containernetworks")
@ShortNames("cnet")
@Categories(Names.CATEGORY)
public class ContainerNetwork
    extends CustomResource<ContainerNetworkSpec, ContainerNetworkStatus> {}
