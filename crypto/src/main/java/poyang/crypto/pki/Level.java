package poyang.crypto.pki;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Where a certificate stands in a province: an authority of one of three levels, or what a department
/// certifies.
public enum Level {
    PROVINCE(2, 7305),
    CITY(1, 3653),
    DEPARTMENT(0, 1827),
    NODE(-1, 366),
    USER(-1, 731),
    SERVICE(-1, 366);

    private final int pathLength;
    private final int days;

    Level(int pathLength, int days) {
        this.pathLength = pathLength;
        this.days = days;
    }

    /// How many authorities may stand below, for an authority; −1 for the rest.
    int pathLength() {
        return pathLength;
    }

    /// How long a certificate of this level holds where nothing else is asked for.
    public Duration defaultValidity() {
        return Duration.ofDays(days);
    }

    public boolean isAuthority() {
        return pathLength >= 0;
    }

    /// Whom an authority of this level certifies.
    public List<Level> issues() {
        return switch (this) {
            case PROVINCE -> List.of(CITY, DEPARTMENT);
            case CITY -> List.of(DEPARTMENT);
            case DEPARTMENT -> List.of(NODE, USER, SERVICE);
            case NODE, USER, SERVICE -> List.of();
        };
    }

    /// The certificates that one of this level holds: people and services have a pair, one to sign with
    /// and one that others seal to (GM/T 0015 section 5).
    public List<Usage> usages() {
        return switch (this) {
            case PROVINCE, CITY, DEPARTMENT -> List.of(Usage.AUTHORITY);
            case NODE -> List.of(Usage.PROCESS);
            case USER, SERVICE -> List.of(Usage.SIGNATURE, Usage.ENCRYPTION);
        };
    }

    /// In lower case, as options and files write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Level> named(String word) {
        return List.of(values()).stream()
                .filter(level -> level.word().equals(word))
                .findFirst();
    }
}
