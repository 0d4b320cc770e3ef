/** Nodes as network namespaces of one Linux machine, with the real operator and agents. */
@NullMarked
package dev.weft.e2e.lab;

import org.jspecify.annotations.NullMarked;
