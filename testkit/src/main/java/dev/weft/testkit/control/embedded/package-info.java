/**
 * A Kubernetes API server in the lab's own JVM, for trials of Weft without another one. It combines
 * the web server of Fabric8's {@code kubernetes-server-mock} with the behaviour that the operator
 * and the agents rely on: conflicts, generations, finalizers, owner references, server-side apply,
 * selectors and gapless watches. It has no users, schema validation or disk: not for production.
 */
@NullMarked
package dev.weft.testkit.control.embedded;

import org.jspecify.annotations.NullMarked;
