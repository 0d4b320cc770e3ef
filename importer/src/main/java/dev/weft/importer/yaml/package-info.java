/** YAML and JSON as values with positions; scalars are resolved as in Compose's parser. */
@NullMarked
package dev.weft.importer.yaml;

import org.jspecify.annotations.NullMarked;
