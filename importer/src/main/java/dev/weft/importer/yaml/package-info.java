/** YAML and JSON as values that know their place, with scalars as Compose's parser reads them. */
@NullMarked
package dev.weft.importer.yaml;

import org.jspecify.annotations.NullMarked;
