package poyang.wire.transport;

/// Bytes that are no frame; the link they came over is cut.
record Malformed(String reason) implements Inbound {}
