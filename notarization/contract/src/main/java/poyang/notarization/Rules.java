package poyang.notarization;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import poyang.chain.contract.Account;
import poyang.chain.contract.ContractRejection;
import poyang.kernel.ErrorCode;

/// What every contract demands of arguments, in one wording.
final class Rules {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    /// The fields of a kind of message that hold messages themselves.
    private static final Map<Descriptor, List<FieldDescriptor>> INNER = new ConcurrentHashMap<>();

    private static final int HASH_BYTES = 32;
    private static final int QUOTED_MAX = 80;

    private Rules() {}

    static ContractRejection rejection(ErrorCode code, String wrong, String right) {
        return new ContractRejection(code, wrong, right);
    }

    static void need(boolean holds, ErrorCode code, String wrong, String right) {
        if (!holds) {
            throw rejection(code, wrong, right);
        }
    }

    static void arguments(boolean holds, String wrong, String right) {
        need(holds, NotarizationErrors.BAD_ARGUMENTS, wrong, right);
    }

    static void allowed(boolean holds, Account sender, String right) {
        need(holds, NotarizationErrors.NOT_ALLOWED, sender.id() + " may not do this", right);
    }

    /// A message that holds nothing the schema does not know.
    static <T extends Message> T parse(Parser<T> parser, byte[] encoded) {
        T message;
        try {
            message = parser.parseFrom(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw rejection(
                    NotarizationErrors.BAD_ARGUMENTS,
                    "the arguments are malformed",
                    "the message of the schema is needed");
        }
        arguments(known(message), "the arguments hold fields that the schema does not know", "leave them out");
        return message;
    }

    private static boolean known(Message message) {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            return false;
        }
        for (FieldDescriptor field : INNER.computeIfAbsent(message.getDescriptorForType(), Rules::inner)) {
            int several = field.isRepeated() ? message.getRepeatedFieldCount(field) : 0;
            for (int i = 0; i < several; i++) {
                if (!known((Message) message.getRepeatedField(field, i))) {
                    return false;
                }
            }
            if (!field.isRepeated() && message.hasField(field) && !known((Message) message.getField(field))) {
                return false;
            }
        }
        return true;
    }

    private static List<FieldDescriptor> inner(Descriptor of) {
        return of.getFields().stream()
                .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                .toList();
    }

    /// One line of text without characters that hide what it says.
    static void text(String field, String value, int least, int most) {
        text(field, value, least, most, value.codePoints().noneMatch(Rules::hides));
    }

    /// The same in several lines.
    static void prose(String field, String value, int least, int most) {
        text(field, value, least, most, value.codePoints().noneMatch(c -> c != '\n' && hides(c)));
    }

    /// Control characters, line separators, and the marks that reorder what a reader sees. The ranges are
    /// written out because a library's tables change from one version to the next.
    private static boolean hides(int c) {
        return c < 0x20
                || c >= 0x7f && c < 0xa0
                || c == 0x61c
                || c >= 0x200b && c <= 0x200f
                || c >= 0x2028 && c <= 0x202e
                || c >= 0x2060 && c <= 0x206f
                || c == 0xfeff;
    }

    private static void text(String field, String value, int least, int most, boolean clean) {
        int length = value.codePointCount(0, value.length());
        arguments(
                length >= least && length <= most && clean,
                "the field " + field + " has " + length + " characters"
                        + (clean ? "" : ", control characters among them"),
                least + " to " + most + " characters without control characters are needed");
    }

    /// A caller's own words in an error, short and readable whatever they are.
    static String quoted(String value) {
        StringBuilder said = new StringBuilder("\"");
        value.codePoints().limit(QUOTED_MAX).forEach(c -> said.appendCodePoint(hides(c) ? '?' : c));
        return said.append(value.codePointCount(0, value.length()) > QUOTED_MAX ? "…\"" : "\"")
                .toString();
    }

    static void name(String field, String value) {
        arguments(
                NAME.matcher(value).matches(),
                "the field " + field + " is no name",
                "1 to 64 of the characters a-z 0-9 - are needed, the first of them a letter or digit");
    }

    /// `organisation/name` of that organisation.
    static void owned(String field, String id, String organisation) {
        int slash = id.indexOf('/');
        arguments(
                slash > 0 && id.substring(0, slash).equals(organisation),
                "the field " + field + " does not begin with " + quoted(organisation + "/"),
                "organisation/name of the own organisation is needed");
        name(field, id.substring(slash + 1));
    }

    static void hash(String field, ByteString value) {
        arguments(
                value.size() == HASH_BYTES,
                "the field " + field + " has " + value.size() + " bytes",
                "an SM3 hash of 32 bytes is needed");
    }

    /// A size as it may stand on chain: at most two significant digits.
    static void rounded(String field, long value) {
        long unit = 1;
        while (value / unit >= 100) {
            unit *= 10;
        }
        arguments(
                value >= 0 && value % unit == 0,
                "the field " + field + " tells more than two significant digits",
                "round it up to two significant digits");
    }
}
