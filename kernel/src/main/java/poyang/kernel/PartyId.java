package poyang.kernel;

import java.util.regex.Pattern;

/// The name of a party of a protocol, a validator or a department: 1 to 64 of `a-z 0-9 -`.
public record PartyId(String name) implements Comparable<PartyId> {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    public PartyId {
        if (!NAME.matcher(name).matches()) {
            throw new PoyangException(
                    KernelErrors.BAD_NAME,
                    "\"" + name + "\" is not a party name",
                    "1 to 64 characters of a-z 0-9 - are needed, the first of them a letter or digit");
        }
    }

    @Override
    public int compareTo(PartyId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
