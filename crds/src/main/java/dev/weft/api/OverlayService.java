package dev.weft.api;

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
public class OverlayService extends CustomResource<OverlayServiceSpec, OverlayServiceStatus>
    implements Namespaced {}
