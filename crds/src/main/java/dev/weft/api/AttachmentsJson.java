package dev.weft.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses the JSON form: a list of objects. An unknown field is an error, so that no request is
 * lost.
 */
final class AttachmentsJson {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).build())
          .build();

  private final JsonParser json;

  private AttachmentsJson(JsonParser json) {
    this.json = json;
  }

  static List<PlacedAttachment> read(String text) throws InvalidAttachments {
    try (JsonParser parser = JSON.createParser(text)) {
      return new AttachmentsJson(parser).list();
    } catch (JsonProcessingException e) {
      // it quotes the text, which may hold what a terminal obeys
      String why = e.getOriginalMessage().replaceAll("[^\\x20-\\x7e]", "?");
      throw new InvalidAttachments("this is not JSON: " + why, offset(e));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  private List<PlacedAttachment> list() throws IOException, InvalidAttachments {
    json.nextToken();
    List<PlacedAttachment> found = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      require(JsonToken.START_OBJECT, "an object such as {\"name\": \"blue\"}");
      if (found.size() == Attachments.MOST) {
        throw fault("a pod attaches to at most %d networks".formatted(Attachments.MOST));
      }
      found.add(item());
    }
    if (json.nextToken() != null) {
      throw fault("nothing may follow the list");
    }
    return found;
  }

  private PlacedAttachment item() throws IOException, InvalidAttachments {
    final int start = position();
    String network = null;
    String name = null;
    List<IpAddress> ips = List.of();
    String mac = null;
    Boolean defaultRoute = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      int at = position();
      json.nextToken();
      switch (field) {
        case "name" -> network = PlacedAttachment.network(string("name"), position());
        case "interface" -> name = PlacedAttachment.interfaceName(string("interface"), position());
        case "ips" -> ips = addresses();
        case "mac" -> mac = mac();
        case "defaultRoute" -> defaultRoute = bool();
        default ->
            throw new InvalidAttachments(
                "this field is unknown; there are name, interface, ips, mac and defaultRoute", at);
      }
    }
    if (network == null) {
      throw new InvalidAttachments("name is missing: name the network", start);
    }
    return new PlacedAttachment(new Attachment(network, name, ips, mac, defaultRoute), start);
  }

  private List<IpAddress> addresses() throws IOException, InvalidAttachments {
    require(JsonToken.START_ARRAY, "a list of addresses such as [\"10.0.0.7\"]");
    List<IpAddress> addresses = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      IpAddress address = address();
      if (addresses.stream().anyMatch(address::isLike)) {
        throw fault("an interface has at most one IPv4 and one IPv6 address, this is a second one");
      }
      addresses.add(address);
    }
    return addresses;
  }

  private IpAddress address() throws IOException, InvalidAttachments {
    try {
      return IpAddress.parse(string("an address"));
    } catch (IllegalArgumentException e) {
      throw fault("this is not an IP address such as 10.0.0.7 or fd00:10::7, without a prefix");
    }
  }

  private String mac() throws IOException, InvalidAttachments {
    try {
      return MacAddress.parse(string("mac"));
    } catch (IllegalArgumentException e) {
      throw fault(String.valueOf(e.getMessage()));
    }
  }

  private boolean bool() throws InvalidAttachments {
    JsonToken token = json.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw fault("defaultRoute is true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private String string(String what) throws IOException, InvalidAttachments {
    require(JsonToken.VALUE_STRING, what + " in quotes");
    return json.getText();
  }

  private void require(JsonToken token, String what) throws InvalidAttachments {
    if (json.currentToken() != token) {
      throw fault("here must be " + what);
    }
  }

  private InvalidAttachments fault(String message) {
    return new InvalidAttachments(message, position());
  }

  private int position() {
    return (int) json.currentTokenLocation().getCharOffset();
  }

  private static int offset(JsonProcessingException e) {
    var location = e.getLocation();
    return location == null ? 0 : (int) Math.max(0, location.getCharOffset());
  }
}
