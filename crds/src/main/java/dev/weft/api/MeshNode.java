package dev.weft.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A node as the mesh sees it, published by the node's agent. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("meshnodes")
@ShortNames("mnode")
@Categories(Names.CATEGORY)
public class MeshNode extends CustomResource<MeshNodeSpec, MeshNodeStatus> {}
