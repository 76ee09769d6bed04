package poyang.psi;

import java.util.List;
import java.util.Optional;

/// The protocols by which two owners let a third party, the asker, know what they have in common:
/// {@link AskedPsi} on either curve.
public enum AskedProtocol {
    DH_SM2(21, "dh-sm2-asked", MaskingGroup.SM2),
    DH_25519(22, "dh-25519-asked", MaskingGroup.CURVE_25519);

    /// Raised when the frames change.
    public static final int VERSION = 1;

    /// What the asker gets to know with the rows, in Chinese.
    public static final String ROWS = "两个数据方共有的标识，以及各方不同标识的个数";

    public static final String ROWS_ENGLISH =
            "the identifiers that both owners have, and how many different ones each has";
    public static final String SIZE = "两个数据方共有标识的个数，以及各方不同标识的个数，不知道是哪些";
    public static final String SIZE_ENGLISH =
            "how many identifiers both owners have, and how many different ones each has, and not which";

    /// What each owner gets to know.
    public static final String OWNERS = "另一数据方不同标识的个数";

    public static final String OWNERS_ENGLISH = "how many different identifiers the other owner has";

    private final int id;
    private final String job;
    private final MaskingGroup group;

    AskedProtocol(int id, String job, MaskingGroup group) {
        this.id = id;
        this.job = job;
        this.group = group;
    }

    /// Stable number in this project's registry.
    public int id() {
        return id;
    }

    /// As jobs name it.
    public String jobName() {
        return job;
    }

    MaskingGroup group() {
        return group;
    }

    /// The protocol that a job names so.
    public static Optional<AskedProtocol> named(String name) {
        return List.of(values()).stream().filter(p -> p.job.equals(name)).findFirst();
    }
}
