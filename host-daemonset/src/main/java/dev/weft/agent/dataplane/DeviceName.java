package dev.weft.agent.dataplane;

/** A device is found by its name, in its namespace. */
record DeviceName(Place place, String name) {
  static DeviceName onNode(String name) {
    return new DeviceName(Place.NODE, name);
  }

  @Override
  public String toString() {
    return place.isNode() ? name : name + " in " + place;
  }
}
