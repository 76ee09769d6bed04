package poyang.chain.ledger.query;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import poyang.chain.ledger.query.Condition.Compare;
import poyang.chain.ledger.query.Condition.Operator;
import poyang.kernel.PoyangException;

/// Reads queries.
///
/// ```
/// query     = table [ "where" either ] [ "order" "by" column [ "asc" | "desc" ] ]
///             [ "limit" number ] [ "after" text ]
/// either    = both { "or" both }
/// both      = one { "and" one }
/// one       = "not" one | "(" either ")" | column operator value
///           | column [ "not" ] "in" "(" value { "," value } ")"
///           | column [ "not" ] "between" value "and" value
/// operator  = "=" | "!=" | "<>" | "<" | "<=" | ">" | ">="
/// value     = number | text in single quotes, a quote in it twice
/// ```
/// Words are the same in either case. A value of a time is a text such as `'2026-11-28T07:00:00Z'`,
/// or milliseconds.
public final class QueryText {
    public static final int LIMIT_MAX = 1000;
    public static final int TEXT_MAX = 4096;
    private static final int LIMIT = 100;
    private static final int DEPTH_MAX = 32;

    private final String text;
    private final List<Token> tokens;
    private int at;
    private Table table = Table.BLOCKS;

    private enum Sort {
        WORD,
        NUMBER,
        TEXT,
        SIGN,
        END
    }

    private record Token(Sort sort, String text, int position) {}

    private QueryText(String text) {
        this.text = text;
        tokens = tokens();
    }

    /// @throws PoyangException `QUERY_MALFORMED` with the character at which it is
    public static Query parse(String text) {
        if (text.length() > TEXT_MAX) {
            throw QueryErrors.malformed(
                    TEXT_MAX, "it has " + text.length() + " characters", "at most " + TEXT_MAX + " are possible");
        }
        return new QueryText(text).query();
    }

    // ---- tokens -------------------------------------------------------------------------------------

    private List<Token> tokens() {
        List<Token> all = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            char c = text.charAt(from);
            if (Character.isWhitespace(c)) {
                from++;
                continue;
            }
            Token token = token(from, c);
            all.add(token);
            from = end(token);
        }
        all.add(new Token(Sort.END, "the end", text.length()));
        return all;
    }

    /// Texts are unquoted, so their length does not tell where they end.
    private int end(Token token) {
        if (token.sort() != Sort.TEXT) {
            return token.position() + token.text().length();
        }
        return token.position() + 2 + token.text().replace("'", "''").length();
    }

    private Token token(int from, char c) {
        int to = from + 1;
        if (c == '\'') {
            return quoted(from);
        } else if (letter(c)) {
            while (to < text.length() && (letter(text.charAt(to)) || digit(text.charAt(to)))) {
                to++;
            }
            return new Token(Sort.WORD, text.substring(from, to), from);
        } else if (digit(c) || c == '-') {
            while (to < text.length() && digit(text.charAt(to))) {
                to++;
            }
            return new Token(Sort.NUMBER, text.substring(from, to), from);
        }
        for (String sign : List.of("!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ",")) {
            if (text.startsWith(sign, from)) {
                return new Token(Sort.SIGN, sign, from);
            }
        }
        throw QueryErrors.malformed(from, "\"" + c + "\" has no meaning", "words, numbers, texts and signs are needed");
    }

    private Token quoted(int from) {
        StringBuilder content = new StringBuilder();
        for (int i = from + 1; i < text.length(); i++) {
            if (text.charAt(i) != '\'') {
                content.append(text.charAt(i));
            } else if (i + 1 < text.length() && text.charAt(i + 1) == '\'') {
                content.append('\'');
                i++;
            } else {
                return new Token(Sort.TEXT, content.toString(), from);
            }
        }
        throw QueryErrors.malformed(from, "a text has no end", "a single quote ends it");
    }

    private static boolean letter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    // ---- grammar ------------------------------------------------------------------------------------

    private Query query() {
        table = table();
        Condition condition = word("where") ? either(0) : new Condition.All();
        Column order = table.columns().getFirst();
        boolean descending = false;
        if (word("order")) {
            expect("by");
            Token named = peek();
            order = column();
            if (order.type() == Column.Type.TEXTS) {
                throw QueryErrors.malformed(
                        named.position(), order.name() + " has several texts", "a column with one value has an order");
            }
            descending = word("desc");
            if (!descending) {
                boolean _ = word("asc");
            }
        }
        int limit = LIMIT;
        if (word("limit")) {
            Token number = peek();
            limit = (int) Math.clamp(number(), 0, LIMIT_MAX + 1L);
            if (limit < 1 || limit > LIMIT_MAX) {
                throw QueryErrors.malformed(
                        number.position(), "the limit is " + number.text(), "1 to " + LIMIT_MAX + " rows are possible");
            }
        }
        Optional<String> after = Optional.empty();
        if (word("after")) {
            Token mark = next();
            if (mark.sort() != Sort.TEXT) {
                throw unexpected(mark, "a text that an answer gave as its next");
            }
            after = Optional.of(mark.text());
        }
        Token end = next();
        if (end.sort() != Sort.END) {
            throw unexpected(end, "where, order by, limit, after or the end, in this order,");
        }
        return new Query(table, condition, order, descending, limit, after);
    }

    private Table table() {
        Token name = next();
        return Arrays.stream(Table.values())
                .filter(each -> name.sort() == Sort.WORD && each.queried().equals(lower(name)))
                .findFirst()
                .orElseThrow(() -> unexpected(
                        name,
                        "one of "
                                + Arrays.stream(Table.values())
                                        .map(Table::queried)
                                        .toList()));
    }

    private Condition either(int depth) {
        List<Condition> parts = new ArrayList<>(List.of(both(depth)));
        while (word("or")) {
            parts.add(both(depth));
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.Or(parts);
    }

    private Condition both(int depth) {
        List<Condition> parts = new ArrayList<>(List.of(one(depth)));
        while (word("and")) {
            parts.add(one(depth));
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.And(parts);
    }

    private Condition one(int depth) {
        if (depth > DEPTH_MAX) {
            throw unexpected(peek(), "no deeper nesting than " + DEPTH_MAX);
        }
        if (word("not")) {
            return Condition.not(one(depth + 1));
        }
        if (sign("(")) {
            Condition inner = either(depth + 1);
            close();
            return inner;
        }
        Column column = column();
        boolean negated = word("not");
        if (word("in")) {
            Condition any = in(column);
            return negated ? Condition.not(any) : any;
        }
        if (word("between")) {
            Condition range = between(column);
            return negated ? Condition.not(range) : range;
        }
        if (negated) {
            throw unexpected(peek(), "in or between");
        }
        Token sign = next();
        return compare(column, operator(sign), sign);
    }

    private Condition in(Column column) {
        Token open = next();
        if (!open.text().equals("(") || open.sort() != Sort.SIGN) {
            throw unexpected(open, "(");
        }
        List<Condition> parts = new ArrayList<>();
        do {
            parts.add(compare(column, Operator.EQUAL, peek()));
        } while (sign(","));
        close();
        return new Condition.Or(parts);
    }

    private Condition between(Column column) {
        Condition from = compare(column, Operator.AT_LEAST, peek());
        expect("and");
        return new Condition.And(List.of(from, compare(column, Operator.AT_MOST, peek())));
    }

    private void close() {
        Token token = next();
        if (token.sort() != Sort.SIGN || !token.text().equals(")")) {
            throw unexpected(token, ")");
        }
    }

    private Operator operator(Token sign) {
        return switch (sign.sort() == Sort.SIGN ? sign.text() : "") {
            case "=" -> Operator.EQUAL;
            case "!=", "<>" -> Operator.NOT_EQUAL;
            case "<" -> Operator.LESS;
            case "<=" -> Operator.AT_MOST;
            case ">" -> Operator.MORE;
            case ">=" -> Operator.AT_LEAST;
            default -> throw unexpected(sign, "=, !=, <, <=, >, >=, in or between");
        };
    }

    private Compare compare(Column column, Operator operator, Token sign) {
        boolean equality = operator == Operator.EQUAL || operator == Operator.NOT_EQUAL;
        if (column.type() == Column.Type.TEXTS && !equality) {
            throw QueryErrors.malformed(
                    sign.position(), column.name() + " has several texts", "= or != asks for one of them");
        }
        return new Compare(column, operator, value(column));
    }

    private Value value(Column column) {
        Token token = peek();
        if (column.type().texts()) {
            if (next().sort() != Sort.TEXT) {
                throw unexpected(token, "a text in single quotes for " + column.name());
            }
            return Value.of(token.text());
        }
        if (column.type().time() && token.sort() == Sort.TEXT) {
            at++;
            try {
                return Value.of(Instant.parse(token.text()).toEpochMilli());
            } catch (DateTimeException | ArithmeticException e) {
                throw QueryErrors.malformed(
                        token.position(),
                        "\"" + token.text() + "\" is no time",
                        "one such as '2026-11-28T07:00:00Z' is needed");
            }
        }
        return Value.of(number());
    }

    private long number() {
        Token token = next();
        if (token.sort() == Sort.NUMBER) {
            try {
                return Long.parseLong(token.text());
            } catch (NumberFormatException e) {
                throw QueryErrors.malformed(
                        token.position(), token.text() + " is no number", "a whole number of 63 bits is needed");
            }
        }
        throw unexpected(token, "a number");
    }

    private Column column() {
        Token name = next();
        return Optional.of(name)
                .filter(word -> word.sort() == Sort.WORD)
                .flatMap(word -> table.column(lower(word)))
                .orElseThrow(() -> unexpected(
                        name,
                        "a column of " + table.queried() + ", one of "
                                + table.columns().stream().map(Column::name).toList() + ","));
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    private boolean word(String word) {
        boolean here = peek().sort() == Sort.WORD && lower(peek()).equals(word);
        at += here ? 1 : 0;
        return here;
    }

    private boolean sign(String sign) {
        boolean here = peek().sort() == Sort.SIGN && peek().text().equals(sign);
        at += here ? 1 : 0;
        return here;
    }

    private void expect(String word) {
        if (!word(word)) {
            throw unexpected(peek(), word);
        }
    }

    private static String lower(Token token) {
        return token.text().toLowerCase(Locale.ROOT);
    }

    private static PoyangException unexpected(Token token, String needed) {
        String found = token.sort() == Sort.END ? "the end" : "\"" + token.text() + "\"";
        return QueryErrors.malformed(token.position(), found + " stands there", needed + " is needed there");
    }
}
