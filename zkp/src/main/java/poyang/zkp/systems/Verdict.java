package poyang.zkp.systems;

/// What a verifier says of a proof.
public sealed interface Verdict {
    /// The proof shows the statement.
    record Valid() implements Verdict {}

    /// The proof shows nothing.
    ///
    /// @param reason what is wrong, in words
    record Invalid(String reason) implements Verdict {}

    default boolean holds() {
        return this instanceof Valid;
    }
}
