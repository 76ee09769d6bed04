package poyang.wire.transport;

/// What the decoder made of the next bytes of a link.
sealed interface Inbound permits Frame, Malformed {}
