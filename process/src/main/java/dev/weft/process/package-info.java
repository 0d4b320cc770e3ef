/**
 * Process infrastructure shared by agent and operator: command line options, the client of the API
 * server, and health over HTTP.
 */
@NullMarked
package dev.weft.process;

import org.jspecify.annotations.NullMarked;
