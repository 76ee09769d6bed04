package poyang.kernel;

/// A broken invariant of our own: the machine that throws it must stop.
public final class Bug extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Bug(String message) {
        super(message);
    }

    public Bug(String message, Throwable cause) {
        super(message, cause);
    }

    /// Stops here unless `invariant` holds; stays on in production.
    public static void unless(boolean invariant, String message) {
        if (!invariant) {
            throw new Bug(message);
        }
    }
}
