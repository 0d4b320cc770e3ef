/**
 * A Kubernetes API server in the lab's own JVM, for trying Weft where no other is available. It is
 * the web server of Fabric8's {@code kubernetes-server-mock} with what the operator and the agents
 * rely on behind it: conflicts, generations, finalizers, owner references, server-side apply,
 * selectors and gapless watches. It knows no users, no schema validation and no disk: not for
 * production.
 */
@NullMarked
package dev.weft.testkit.control.embedded;

import org.jspecify.annotations.NullMarked;
