package poyang.zkp.systems;

/// A value of a proof, key or list of public values that no honest prover writes; becomes the reason of
/// {@link Verdict.Invalid}.
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String reason) {
        super(reason, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
