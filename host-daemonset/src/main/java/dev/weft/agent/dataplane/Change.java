package dev.weft.agent.dataplane;

/** One step from what is to what is wished; prints as one line. */
public interface Change {}
