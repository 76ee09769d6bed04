package poyang.connectors.files;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import poyang.connectors.BatchStream;
import poyang.connectors.Connector;
import poyang.connectors.Connectors;
import poyang.connectors.Discovery;
import poyang.connectors.Setting;
import poyang.connectors.SourceSettings;
import poyang.connectors.TextBatchStream;

/// A CSV file with a header row. An empty field counts as null in statistics and reads as empty text.
public final class CsvConnector implements Connector {

    @Override
    public String kind() {
        return "csv";
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                new Setting("path", Setting.Kind.PATH, true, "", "文件路径", "file path"),
                new Setting("encoding", Setting.Kind.TEXT, false, "UTF-8", "字符编码（UTF-8 或 GB18030）", "encoding"),
                new Setting("delimiter", Setting.Kind.TEXT, false, "auto", "分隔符（auto , ; | tab）", "delimiter"));
    }

    @Override
    public Discovery discover(SourceSettings source) {
        try (CsvTable table = open(source)) {
            int width = table.columns().size();
            long[] empty = new long[width];
            DistinctCounter[] distinct = new DistinctCounter[width];
            for (int i = 0; i < width; i++) {
                distinct[i] = new DistinctCounter();
            }
            long rows = 0;
            for (Optional<CsvRecord> next = table.next(); next.isPresent(); next = table.next()) {
                rows++;
                for (int i = 0; i < width; i++) {
                    String field = next.get().getField(i);
                    if (field.isEmpty()) {
                        empty[i]++;
                    } else {
                        distinct[i].add(field);
                    }
                }
            }
            List<Discovery.Column> columns = new ArrayList<>();
            for (int i = 0; i < width; i++) {
                columns.add(new Discovery.Column(table.columns().get(i), "varchar", empty[i], distinct[i].estimate()));
            }
            return new Discovery(columns, rows, modifiedMillis(path(source)));
        }
    }

    @Override
    public BatchStream read(SourceSettings source, List<String> columns, BufferAllocator allocator) {
        CsvTable table = open(source);
        try {
            int[] positions = Connectors.positions(columns, table.columns());
            if (CsvTable.isUtf8(Connectors.setting(this, source, "encoding"))) {
                CsvScan scan = new CsvScan(
                        path(source), table.separator(), table.columns().size());
                table.close();
                scan.next();
                return new CsvBatches(columns, scan, positions, allocator);
            }
            return new TextBatchStream(columns, new Fields(table, positions), allocator);
        } catch (RuntimeException e) {
            table.close();
            throw e;
        }
    }

    private CsvTable open(SourceSettings source) {
        return new CsvTable(
                path(source),
                Connectors.setting(this, source, "encoding"),
                Connectors.setting(this, source, "delimiter"));
    }

    private Path path(SourceSettings source) {
        return Path.of(Connectors.setting(this, source, "path"));
    }

    /// When the file last changed, or 0 when the file system does not say.
    static long modifiedMillis(Path path) {
        try {
            return Files.getLastModifiedTime(path).toMillis();
        } catch (IOException e) {
            return 0;
        }
    }

    /// The wanted fields of each record.
    private static final class Fields implements TextBatchStream.Rows {
        private final CsvTable table;
        private final int[] positions;

        Fields(CsvTable table, int[] positions) {
            this.table = table;
            this.positions = positions;
        }

        @Override
        public @Nullable String @Nullable [] next() {
            Optional<CsvRecord> next = table.next();
            if (next.isEmpty()) {
                return null;
            }
            String[] row = new String[positions.length];
            for (int i = 0; i < row.length; i++) {
                row[i] = next.get().getField(positions[i]);
            }
            return row;
        }

        @Override
        public void close() {
            table.close();
        }
    }
}
