/** A ContainerNetwork's way: observe, judge, allocate, instruct its nodes, sum up, delete. */
@NullMarked
package dev.weft.operator.network;

import org.jspecify.annotations.NullMarked;
