package dev.weft.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One address on one network, held by one sandbox; its name is the lock on the address. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("networkendpoints")
@ShortNames("nep")
@Categories(Names.CATEGORY)
public class NetworkEndpoint extends CustomResource<NetworkEndpointSpec, NetworkEndpointStatus> {}
