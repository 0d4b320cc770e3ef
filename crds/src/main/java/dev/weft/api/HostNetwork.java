package dev.weft.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** The instruction to one node to build one network, and what came of it. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("hostnetworks")
@ShortNames("hnet")
@Categories(Names.CATEGORY)
public class HostNetwork extends CustomResource<HostNetworkSpec, HostNetworkStatus> {}
