package poyang.tools;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/// Made-up tables of departments with a known overlap, dirty rows included: the same arguments give
/// the same rows, and nothing in them is from a real register.
///
/// Every party holds `size` different persons; `round(size · overlap)` of them are common to all
/// parties, and with three or more parties each neighbouring pair shares a quarter as many more.
/// Dirty rows (repeated, blank, full-width digits, lower-case check letter, padded, wrong check digit,
/// 15-digit old style) are added, never put in place of a good row. Region, birth date and sequence of
/// an identifier come from a keyed permutation; check digits are right: ISO 7064 MOD 11-2 for citizen
/// numbers, modulus 31 for unified social credit codes (GB 32100).
///
/// The construction is the one that the project's reference generator `gen_ids.py` documents; the
/// tests hold this one to its samples byte for byte.
public final class DepartmentTables {
    /// Kinds of identifier.
    public enum Kind {
        ID,
        PHONE,
        USCC
    }

    /// What to make.
    ///
    /// @param size different persons of each party
    /// @param overlap share of them that is common to all parties, 0 to 1
    /// @param dirty share of rows that is followed by a dirty one, 0 to 1
    /// @param areas six-digit region codes; empty for a short list of city districts
    public record Plan(int parties, int size, double overlap, Kind kind, double dirty, long seed, List<String> areas) {
        public Plan {
            areas = areas.isEmpty() ? DISTRICTS : List.copyOf(areas);
        }
    }

    /// One row of a department's table.
    ///
    /// @param key the identifier, as dirty as it may be
    public record Row(String key, String name, String region, long amountFen, long months, int flag) {
        /// The row as a line of CSV without line end; no field needs quotes.
        public String line() {
            return key + ',' + name + ',' + region + ',' + amountFen + ',' + months + ',' + flag;
        }
    }

    /// The columns' names, as a line of CSV without line end.
    public static final String HEADER = "key,name,region,amount_fen,months,flag";

    private static final List<String> DISTRICTS = List.of(
            "110101", "120101", "130102", "210102", "310101", "320102", "330102", "340102", "350102", "370102",
            "410102", "420102", "430102", "440103", "440304", "450102", "500101", "510104", "520102", "530102",
            "610102", "620102");
    private static final int[] ID_WEIGHTS = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    private static final String ID_CHECK = "10X98765432";
    private static final String USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private static final int[] USCC_WEIGHTS = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    private static final String SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗";
    private static final String GIVEN_NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建国文";
    private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private final Plan plan;
    private final long common;
    private final long pair;
    private final long space;

    public DepartmentTables(Plan plan) {
        this.plan = plan;
        common = Math.round(Math.rint(plan.size() * plan.overlap()));
        long shared = plan.parties() > 2 ? Math.round(Math.rint(plan.size() * plan.overlap() / 4)) : 0;
        pair = common + 2 * shared > plan.size() ? Math.max(0, (plan.size() - common) / 2) : shared;
        space = switch (plan.kind()) {
            case ID -> plan.areas().size() * 60L * 365 * 999;
            case PHONE -> 40 * 100_000_000L;
            case USCC -> plan.areas().size() * 1_000_000_000L;
        };
    }

    /// How many persons parties `p` and `q` share.
    public long expectedMatches(int p, int q) {
        return common + (plan.parties() > 2 && Math.abs(p - q) == 1 ? pair : 0);
    }

    /// The canonical identifiers that parties `p` and `q` share.
    Set<String> expectedKeys(int p, int q) {
        Set<String> mine = keys(p);
        mine.retainAll(keys(q));
        return mine;
    }

    private Set<String> keys(int party) {
        Set<String> keys = new HashSet<>();
        for (long[] block : blocks(party)) {
            for (long i = block[0]; i < block[1]; i++) {
                keys.add(key(i));
            }
        }
        return keys;
    }

    /// Hands the rows of `party` to `sink`, in the table's order; gives their number.
    public long rows(int party, Consumer<Row> sink) {
        List<long[]> blocks = blocks(party);
        long rows = 0;
        for (long j = 0; j < plan.size(); j++) {
            long t = permuted(j, plan.size(), plan.seed() * 31 + party);
            long person = -1;
            for (long[] block : blocks) {
                long width = block[1] - block[0];
                if (t < width) {
                    person = block[0] + t;
                    break;
                }
                t -= width;
            }
            String key = key(person);
            sink.accept(row(key, person, key, party));
            rows++;
            long noise = mix(j, plan.seed() * 77 + party + 500);
            if ((noise >>> 11) / 0x1p53 < plan.dirty()) {
                sink.accept(row(dirty(key, mix(noise, 3)), person, key, party));
                rows++;
            }
        }
        return rows;
    }

    private Row row(String written, long person, String key, int party) {
        long h = mix(person, plan.seed() * 1000 + party);
        long who = mix(person, 7);
        String name = ""
                + SURNAMES.charAt((int) Long.remainderUnsigned(who, SURNAMES.length()))
                + GIVEN_NAMES.charAt((int) Long.remainderUnsigned(who >>> 16, GIVEN_NAMES.length()));
        String region = switch (plan.kind()) {
            case ID -> key.substring(0, 6);
            case PHONE -> "";
            case USCC -> key.substring(2, 8);
        };
        return new Row(
                written,
                name,
                region,
                Long.remainderUnsigned(h, 5_000_000),
                Long.remainderUnsigned(h >>> 24, 240),
                (int) (h >>> 40) & 1);
    }

    /// Ranges of person numbers of a party: common to all, shared with neighbours, own.
    private List<long[]> blocks(int party) {
        List<long[]> blocks = new ArrayList<>();
        blocks.add(new long[] {0, common});
        long have = common;
        if (plan.parties() > 2) {
            for (int q = 0; q < plan.parties() - 1; q++) {
                if (party == q || party == q + 1) {
                    blocks.add(new long[] {common + q * pair, common + (q + 1) * pair});
                    have += pair;
                }
            }
        }
        long base = common + (plan.parties() - 1) * pair + (long) party * plan.size();
        blocks.add(new long[] {base, base + plan.size() - have});
        return blocks;
    }

    private String key(long person) {
        long v = permuted(person, space, plan.seed());
        List<String> areas = plan.areas();
        return switch (plan.kind()) {
            case ID -> citizenNumber(v / areas.size(), areas.get((int) (v % areas.size())));
            case PHONE -> {
                long prefix = v / 100_000_000;
                yield "1" + (3 + prefix / 10) + prefix % 10 + String.format(Locale.ROOT, "%08d", v % 100_000_000);
            }
            case USCC -> creditCode(v / areas.size(), areas.get((int) (v % areas.size())));
        };
    }

    private static String citizenNumber(long v, String area) {
        long sequence = v % 999;
        int day = (int) (v / 999 % 365);
        long year = v / 999 / 365;
        int month = 0;
        while (day >= DAYS[month]) {
            day -= DAYS[month++];
        }
        String body =
                String.format(Locale.ROOT, "%s%d%02d%02d%03d", area, 1945 + year, month + 1, day + 1, sequence + 1);
        int sum = 0;
        for (int i = 0; i < ID_WEIGHTS.length; i++) {
            sum += (body.charAt(i) - '0') * ID_WEIGHTS[i];
        }
        return body + ID_CHECK.charAt(sum % 11);
    }

    private static String creditCode(long n, String area) {
        StringBuilder body = new StringBuilder("91").append(area);
        long divisor = 1;
        for (int k = 0; k < 8; k++) {
            divisor *= 31;
        }
        for (; divisor > 0; divisor /= 31) {
            body.append(USCC_ALPHABET.charAt((int) (n / divisor % 31)));
        }
        int sum = 0;
        for (int i = 0; i < USCC_WEIGHTS.length; i++) {
            sum += USCC_ALPHABET.indexOf(body.charAt(i)) * USCC_WEIGHTS[i];
        }
        return body.append(USCC_ALPHABET.charAt((31 - sum % 31) % 31)).toString();
    }

    private String dirty(String key, long noise) {
        int kinds = switch (plan.kind()) {
            case ID -> 7;
            case PHONE -> 5;
            case USCC -> 6;
        };
        int which = (int) Long.remainderUnsigned(noise, kinds);
        long h = noise >>> 8;
        return switch (which) {
            case 0 -> key;
            case 1 -> List.of("", " ", "\u3000").get((int) (h % 3));
            case 2 -> fullWidth(key);
            case 3 -> List.of(" " + key, key + " ", key + "\t", "\u3000" + key).get((int) (h % 4));
            case 4 -> wrongCheck(key, h);
            case 5 -> key.toLowerCase(Locale.ROOT);
            default -> key.substring(0, 6) + key.substring(8, 17);
        };
    }

    private String wrongCheck(String key, long h) {
        String body = key.substring(0, key.length() - 1);
        char last = key.charAt(key.length() - 1);
        return switch (plan.kind()) {
            case ID -> body + ID_CHECK.charAt((int) ((ID_CHECK.indexOf(last) + 1 + h % 10) % 11));
            case PHONE -> body;
            case USCC -> body + USCC_ALPHABET.charAt((int) ((USCC_ALPHABET.indexOf(last) + 1 + h % 30) % 31));
        };
    }

    private static String fullWidth(String key) {
        StringBuilder wide = new StringBuilder();
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            wide.append(c >= '0' && c <= '9' ? (char) (c - '0' + '０') : c);
        }
        return wide.toString();
    }

    /// A keyed permutation of 64-bit words: the SplitMix64 finaliser over an offset by the seed.
    private static long mix(long x, long seed) {
        x += 0x9E3779B97F4A7C15L * (seed + 1);
        x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }

    /// A permutation of 0 … n−1: four Feistel rounds, walking the cycle until it falls below n.
    private static long permuted(long i, long n, long seed) {
        int half = Math.max(1, (64 - Long.numberOfLeadingZeros(n - 1) + 1) / 2);
        long mask = (1L << half) - 1;
        long value = i;
        do {
            long left = value >>> half;
            long right = value & mask;
            for (int round = 0; round < 4; round++) {
                long next = left ^ (mix(right * 4 + round, seed) & mask);
                left = right;
                right = next;
            }
            value = (left << half) | right;
        } while (value >= n);
        return value;
    }
}
