package dev.weft.mesh;

/** Encapsulation of a frame between two VTEPs. */
public enum Encapsulation {
  /** VXLAN in UDP (RFC 7348). */
  VXLAN,
  /** VXLAN in ESP transport mode with AES-GCM and a 16-byte ICV (RFC 4303, RFC 4106). */
  VXLAN_IN_ESP,
  /** The same, with the ESP packet in UDP so that it passes a NAT (RFC 3948). */
  VXLAN_IN_ESP_IN_UDP
}
