package poyang.homomorphic.aggregate;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Who does what in a joint sum.
///
/// @param reporters 2 to 10 parties with numbers, in an order that all know
/// @param collector who adds ciphertexts, and is no reporter
/// @param receiver a reporter or the collector: who gets to know the sums
public record SumRoles(List<PartyId> reporters, PartyId collector, PartyId receiver) {
    public static final int REPORTERS_MIN = 2;
    public static final int REPORTERS_MAX = 10;

    /// @throws PoyangException `BAD_PARAMETERS` when a party has two roles or there are too few or many
    public SumRoles {
        reporters = List.copyOf(reporters);
        if (reporters.size() < REPORTERS_MIN
                || reporters.size() > REPORTERS_MAX
                || new TreeSet<>(reporters).size() < reporters.size()) {
            throw bad(reporters.size() + " reporters", REPORTERS_MIN + " to " + REPORTERS_MAX + " different ones");
        }
        if (reporters.contains(collector)) {
            throw bad(collector + " reports and collects", "a collector without numbers of its own");
        }
        if (!receiver.equals(collector) && !reporters.contains(receiver)) {
            throw bad(receiver + " receives and takes no part", "one of the parties as receiver");
        }
    }

    /// All parties: the reporters in their order, then the collector.
    public List<PartyId> parties() {
        return Stream.concat(reporters.stream(), Stream.of(collector)).toList();
    }

    List<PartyId> reportersBut(PartyId one) {
        return reporters.stream().filter(each -> !each.equals(one)).toList();
    }

    private static PoyangException bad(String wrong, String needed) {
        return new PoyangException(HomomorphicErrors.BAD_PARAMETERS, wrong, needed + " are needed");
    }
}
