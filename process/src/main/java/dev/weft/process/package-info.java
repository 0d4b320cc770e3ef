/**
 * Shared by agent and operator as processes: options of the command line, the client of the API
 * server, and health over HTTP.
 */
@NullMarked
package dev.weft.process;

import org.jspecify.annotations.NullMarked;
