package poyang.zkp.circuits;

/// A value in a circuit: an input, or what an {@link Api} made of others.
public sealed interface Variable permits Input, Linear, Known {}
