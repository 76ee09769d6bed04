package poyang.executor.job;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import poyang.kernel.Bug;
import poyang.kernel.PartyId;

/// What a job computes, in terms of this module; the chain's own encoding stays at the host's edge.
public sealed interface JobPlan {

    /// Who is in both? Two rows match when all pairs of key columns do.
    ///
    /// @param keys at least one pair of columns, in order
    /// @param protocol for example `dh-sm2`; a choice that the chain made has become a name
    /// @param reveal what the receiver gets to know
    /// @param listed which of the receiver's own identifiers its result lists
    record Collision(List<Key> keys, String protocol, Reveal reveal, Listed listed) implements JobPlan {
        public Collision {
            keys = List.copyOf(keys);
        }

        /// One pair of key columns, the matching rows revealed and listed.
        public static Collision of(String leftColumn, String rightColumn, String identifierKind, String protocol) {
            return new Collision(
                    List.of(new Key(leftColumn, rightColumn, identifierKind)),
                    protocol,
                    new Reveal.MatchingRows(),
                    Listed.INNER);
        }
    }

    /// Which keys of the leader's do all others have? The leader gets the result.
    ///
    /// @param members three to ten, in the plan's order, each with as many key columns as there are kinds
    /// @param identifierKinds of the key columns, in order
    /// @param leader one of the members
    /// @param listed which of the leader's own identifiers its result lists
    record GroupCollision(
            List<Member> members, List<String> identifierKinds, PartyId leader, String protocol, Listed listed)
            implements JobPlan {
        public GroupCollision {
            members = List.copyOf(members);
            identifierKinds = List.copyOf(identifierKinds);
        }

        public Member member(PartyId party) {
            return members.stream()
                    .filter(member -> member.party().equals(party))
                    .findFirst()
                    .orElseThrow(() -> new Bug(party + " is no member of this group"));
        }
    }

    /// @param columns the key columns, in order
    record Member(PartyId party, List<String> columns) {
        public Member {
            columns = List.copyOf(columns);
        }
    }

    /// Who is in both? A third party asks, brings nothing, and alone gets to know; the owners learn sizes.
    ///
    /// @param keys at least one pair of columns, in order
    /// @param rows whether the asker gets the common identifiers, or only their number
    record AskedCollision(List<Key> keys, PartyId left, PartyId right, PartyId asker, boolean rows, String protocol)
            implements JobPlan {
        public AskedCollision {
            keys = List.copyOf(keys);
        }
    }

    /// Sums of the right party's numbers over the keys that both have. The left party gets them, and no key.
    ///
    /// @param keys at least one pair of columns, in order
    /// @param sums the right party's columns of numbers, in order
    /// @param countRows whether the number of the right party's rows with a common key is told too
    /// @param atLeast common keys below which nothing is told
    record MatchSum(List<Key> keys, List<Feature> sums, boolean countRows, long atLeast, String protocol)
            implements JobPlan {
        public MatchSum {
            keys = List.copyOf(keys);
            sums = List.copyOf(sums);
        }

        /// Numbers for each key.
        public int numbers() {
            return sums.size() + (countRows ? 1 : 0);
        }
    }

    /// A score for each row of the left party, by the right party's linear or polynomial model.
    ///
    /// @param keyColumn names the rows of the result
    /// @param features the left party's columns of numbers, in order
    /// @param model how the right party's table is read
    /// @param protocol for example `scoring-bfv`
    record Scoring(String keyColumn, List<Feature> features, Model model, String protocol) implements JobPlan {
        public Scoring {
            features = List.copyOf(features);
        }
    }

    /// A column of numbers.
    ///
    /// @param decimals places of every value at most
    /// @param bound the largest magnitude, in units of the last place
    record Feature(String column, int decimals, long bound) {}

    /// A table of terms with their coefficients.
    ///
    /// @param degree factors of a term at most
    /// @param decimals places of every coefficient at most
    /// @param bound the largest magnitude of a coefficient, in units of the last place
    record Model(String termColumn, String coefficientColumn, int degree, int decimals, long bound) {}

    /// @param identifierKind `text`, `id`, `phone` or `uscc`
    record Key(String leftColumn, String rightColumn, String identifierKind) {}

    /// Totals over the rows of many reporters, added up as ciphertexts by a collector.
    ///
    /// @param reporters at least two, in the plan's order
    /// @param collector adds ciphertexts, and has no rows
    /// @param receiver one of these parties
    /// @param statistics what the receiver gets to know of each category, in ascending order
    /// @param categories that rows are told apart by; empty: all rows together
    /// @param decimals places behind the point that values have at most
    /// @param bound the largest magnitude of a value, as an integer of 10^-decimals
    record Aggregation(
            List<Reporter> reporters,
            PartyId collector,
            PartyId receiver,
            List<Statistic> statistics,
            List<String> categories,
            int decimals,
            long bound)
            implements JobPlan {
        public Aggregation {
            reporters = List.copyOf(reporters);
            statistics = List.copyOf(statistics);
            categories = List.copyOf(categories);
        }

        /// All parties in the job's order: the reporters, then the collector.
        public List<PartyId> parties() {
            List<PartyId> parties = new ArrayList<>();
            reporters.forEach(reporter -> parties.add(reporter.party()));
            parties.add(collector);
            return List.copyOf(parties);
        }

        /// Whether values count, and not only rows.
        public boolean valued() {
            return !statistics.equals(List.of(Statistic.COUNT));
        }
    }

    /// A statement that one party proves of what it has committed to on chain. The other one asks, and gets it.
    ///
    /// @param prover the party whose rows the statement is of
    /// @param commitment as it was published
    /// @param system `groth16` or `plonk`
    /// @param verificationKey under which the proof must hold, as it was published
    /// @param conditions of a commitment to records
    /// @param limits of a commitment to a column
    /// @param purpose of a commitment to records or to a list
    /// @param personColumn of a commitment to a list: the asker's column; otherwise empty
    record Proof(
            PartyId prover,
            String commitment,
            String system,
            String verificationKey,
            List<String> conditions,
            List<Long> limits,
            String purpose,
            String personColumn,
            String protocol)
            implements JobPlan {
        public Proof {
            conditions = List.copyOf(conditions);
            limits = List.copyOf(limits);
        }

        /// Whether the asker brings rows of those whom it asks about.
        public boolean ofPersons() {
            return !personColumn.isEmpty();
        }
    }

    /// @param valueColumn empty where rows are only counted
    /// @param categoryColumn empty where the plan has no categories
    record Reporter(PartyId party, String valueColumn, String categoryColumn) {
        /// The columns that are read, in order.
        public List<String> columns() {
            return Stream.of(valueColumn, categoryColumn)
                    .filter(column -> !column.isEmpty())
                    .toList();
        }
    }

    /// What a receiver gets to know of a category. The mean takes count and sum, the variance the sum of squares too,
    /// which are then told as well.
    enum Statistic {
        COUNT,
        SUM,
        MEAN,
        VARIANCE
    }

    /// What a receiver gets to know.
    sealed interface Reveal {
        record MatchingRows() implements Reveal {}

        record SizeOnly() implements Reveal {}

        /// The size if it is at least `least`, and otherwise only that it is less.
        record SizeAtLeast(long least) implements Reveal {}
    }

    /// Which of the receiver's own identifiers are listed, all told from the same run.
    enum Listed {
        /// Those that the other side has too.
        INNER,
        /// All, each with whether the other side has it.
        LEFT,
        /// Those that the other side does not have.
        DIFFERENCE
    }
}
