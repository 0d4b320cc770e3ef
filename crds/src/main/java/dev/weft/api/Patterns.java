package dev.weft.api;

/**
 * Regular expressions of the schema. They reject typing errors early; {@code
 * dev.weft.api.validation} checks the rest.
 */
final class Patterns {
  static final String ADDRESS = "^[0-9a-fA-F:.]+$";
  static final String CIDR = "^[0-9a-fA-F:.]+/[0-9]{1,3}$";
  static final String INTERFACE = "^[!-$&-.0-9;-~]+$";
  static final String LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
  static final String DURATION = "^([0-9]+h)?([0-9]+m)?([0-9]+s)?$";
  static final String QUANTITY = "^[0-9]+([kMGTP]|[KMGTP]i)?$";
  static final String KEY = "^[A-Za-z0-9+/]{43}=$";
  static final String DIGEST = "^[0-9a-f]{64}$";

  private Patterns() {}
}
