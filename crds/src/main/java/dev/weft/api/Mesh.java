package dev.weft.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Settings of all overlay networks; the one that counts is called {@value Names#MESH}. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("meshes")
@ShortNames("mesh")
@Categories(Names.CATEGORY)
public class Mesh extends CustomResource<MeshSpec, MeshStatus> {}
