package poyang.network;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.wire.schema.SearchAnswer;
import poyang.wire.schema.SearchRow;
import poyang.wire.schema.SearchValue;

/// Asks a node for rows of the chain.
@Command(
        name = "query",
        description = "Blocks, transactions, receipts, evidence or jobs that satisfy a condition, in order and by"
                + " pages. As one node has them: a receipt or a state proves what matters.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Search implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "QUERY",
            description = "for example \"receipts where code != 0 and height > 100 order by height desc limit 20\"")
    private String query;

    @Mixin
    private AccountOptions by;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        SearchAnswer answer =
                by.with(ProcessRandom.open("query"), InstantSource.system(), account -> account.search(query));
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(json(answer));
            return 0;
        }
        List<List<String>> lines = new ArrayList<>();
        lines.add(answer.getColumnsList());
        for (SearchRow row : answer.getRowsList()) {
            lines.add(row.getValuesList().stream().map(Search::words).toList());
        }
        int columns = answer.getColumnsCount();
        int[] width = new int[columns];
        for (List<String> line : lines) {
            for (int i = 0; i < columns; i++) {
                width[i] = Math.max(width[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = line.get(i);
                text.append(cell).append(" ".repeat(width[i] - cell.length() + 2));
            }
            out.println(text.toString().stripTrailing());
        }
        out.println(answer.getRowsCount() + " rows, after block " + answer.getHeight()
                + (answer.getNext().isEmpty() ? "" : "; for the rest add: after '" + answer.getNext() + "'"));
        return 0;
    }

    private static String words(SearchValue value) {
        return switch (value.getKindCase()) {
            case NUMBER -> Long.toString(value.getNumber());
            case TEXT -> printable(value.getText());
            case TEXTS -> printable(String.join(", ", value.getTexts().getTextsList()));
            case MILLIS -> Instant.ofEpochMilli(value.getMillis()).toString();
            case KIND_NOT_SET -> "";
        };
    }

    /// Whoever sent a transaction may have written anything into it, for terminals too.
    private static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? '·' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String json(SearchAnswer answer) {
        StringBuilder out = new StringBuilder("{\"height\":" + answer.getHeight());
        out.append(",\"next\":").append(quoted(answer.getNext())).append(",\"rows\":[");
        for (int i = 0; i < answer.getRowsCount(); i++) {
            out.append(i == 0 ? "{" : ",{");
            List<SearchValue> values = answer.getRows(i).getValuesList();
            for (int j = 0; j < values.size(); j++) {
                out.append(j == 0 ? "" : ",")
                        .append(quoted(answer.getColumns(j)))
                        .append(':')
                        .append(json(values.get(j)));
            }
            out.append('}');
        }
        return out.append("]}").toString();
    }

    private static String json(SearchValue value) {
        return switch (value.getKindCase()) {
            case NUMBER -> Long.toString(value.getNumber());
            case TEXTS ->
                value.getTexts().getTextsList().stream()
                        .map(Search::quoted)
                        .toList()
                        .toString();
            case TEXT, MILLIS, KIND_NOT_SET -> quoted(words(value));
        };
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
