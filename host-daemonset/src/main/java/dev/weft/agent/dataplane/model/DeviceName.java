package dev.weft.agent.dataplane.model;

/** A device is found by its name, in its namespace. */
public record DeviceName(Place place, String name) {
  public static DeviceName onNode(String name) {
    return new DeviceName(Place.NODE, name);
  }

  @Override
  public String toString() {
    return place.isNode() ? name : name + " in " + place;
  }
}
