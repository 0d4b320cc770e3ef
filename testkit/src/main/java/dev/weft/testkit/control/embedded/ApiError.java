package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An error response of the API server: a {@code Status} of {@code Failure}. */
final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;

  private ApiError(int code, String reason, String message) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  static ApiError notFound(ResourceType type, String name) {
    return new ApiError(
        404, "NotFound", "%s \"%s\" not found".formatted(type.qualifiedPlural(), name));
  }

  static ApiError noSuchPath(String path) {
    return new ApiError(
        404, "NotFound", "the server could not find the requested resource: " + path);
  }

  static ApiError alreadyExists(ResourceType type, String name) {
    return new ApiError(
        409, "AlreadyExists", "%s \"%s\" already exists".formatted(type.qualifiedPlural(), name));
  }

  static ApiError conflict(ResourceType type, String name, String why) {
    return new ApiError(
        409,
        "Conflict",
        "Operation cannot be fulfilled on %s \"%s\": %s"
            .formatted(type.qualifiedPlural(), name, why));
  }

  static ApiError invalid(ResourceType type, String name, String why) {
    return new ApiError(
        422, "Invalid", "%s \"%s\" is invalid: %s".formatted(type.qualifiedPlural(), name, why));
  }

  static ApiError badRequest(String message) {
    return new ApiError(400, "BadRequest", message);
  }

  static ApiError tooLarge(int limit) {
    return new ApiError(
        413, "RequestEntityTooLarge", "limit is %d bytes for a request".formatted(limit));
  }

  static ApiError unsupported(String method, String what) {
    return new ApiError(
        415, "UnsupportedMediaType", "%s does not understand '%s'".formatted(method, what));
  }

  static ApiError expired(long version) {
    return new ApiError(410, "Expired", "too old resource version: " + version);
  }

  int code() {
    return code;
  }

  ObjectNode status() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", "Status")
        .put("apiVersion", "v1")
        .put("status", "Failure")
        .put("message", getMessage())
        .put("reason", reason)
        .put("code", code);
  }
}
