package dev.weft.agent.dataplane.model;

/** The name of a device in its namespace. */
public record DeviceName(NamespaceRef place, String name) {
  public static DeviceName onNode(String name) {
    return new DeviceName(NamespaceRef.NODE, name);
  }

  @Override
  public String toString() {
    return place.isNode() ? name : name + " in " + place;
  }
}
