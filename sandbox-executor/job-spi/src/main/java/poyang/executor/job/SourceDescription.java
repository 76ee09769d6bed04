package poyang.executor.job;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import poyang.connectors.Discovery;
import poyang.connectors.Setting;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// What a reader answers when it is not asked for rows: the connectors' forms, or one source's
/// columns, counts and statistics, or its failure. No row is ever part of it.
public sealed interface SourceDescription {
    /// The connectors that a reader has, with their forms.
    record Forms(List<Form> forms) implements SourceDescription {
        public Forms {
            forms = List.copyOf(forms);
        }
    }

    /// One connector's form.
    record Form(String kind, List<Setting> settings) {
        public Form {
            settings = List.copyOf(settings);
        }
    }

    record Discovered(Discovery discovery) implements SourceDescription {}

    /// The longest answer that a host takes.
    int LONGEST_BYTES = 1 << 20;

    String DOMAIN = "poyang.source-description.v1";

    static void write(OutputStream out, SourceDescription description) throws IOException {
        CanonicalWriter writer = new CanonicalWriter(DOMAIN);
        switch (description) {
            case Forms(List<Form> forms) ->
                writer.u8(1)
                        .list(
                                forms,
                                (w, form) ->
                                        w.text(form.kind()).list(form.settings(), SourceDescription::writeSetting));
            case Discovered(Discovery discovery) ->
                writer.u8(2)
                        .u64(discovery.rows())
                        .u64(discovery.modifiedMillis())
                        .list(
                                discovery.columns(),
                                (w, column) -> w.text(column.name())
                                        .text(column.type())
                                        .u64(column.nulls())
                                        .u64(column.distinct()));
        }
        send(out, writer.toArray());
    }

    static void writeFailure(OutputStream out, PoyangException failure) throws IOException {
        send(
                out,
                new CanonicalWriter(DOMAIN)
                        .u8(3)
                        .bytes(RowPipe.Failure.encode(failure))
                        .toArray());
    }

    /// @throws PoyangException the reader's own failure, or `CHILD_LOST` when it gave no answer
    static SourceDescription read(InputStream in) {
        byte[] encoded;
        try {
            DataInputStream framed = new DataInputStream(in);
            encoded = new byte[Math.clamp(framed.readInt(), 0, LONGEST_BYTES)];
            framed.readFully(encoded);
        } catch (IOException e) {
            throw new PoyangException(
                    ExecutorErrors.CHILD_LOST,
                    "the reader ended without an answer",
                    "look for the reason in the executor's log",
                    e);
        }
        CanonicalReader reader = new CanonicalReader(DOMAIN, encoded);
        return switch (reader.u8()) {
            case 1 -> {
                Forms forms = new Forms(reader.list(
                        1000, r -> new Form(r.text(1000), r.list(1000, SourceDescription::readSetting))));
                reader.end();
                yield forms;
            }
            case 2 -> {
                long rows = reader.u64();
                long modified = reader.u64();
                List<Discovery.Column> columns =
                        reader.list(10_000, r -> new Discovery.Column(r.text(4096), r.text(4096), r.u64(), r.u64()));
                reader.end();
                yield new Discovered(new Discovery(columns, rows, modified));
            }
            case 3 -> throw RowPipe.Failure.decode(reader.array(8192));
            default ->
                throw new PoyangException(
                        KernelErrors.BAD_ENCODING,
                        "the reader's answer has an unknown kind",
                        "host and reader of one release are needed");
        };
    }

    private static void send(OutputStream out, byte[] encoded) throws IOException {
        DataOutputStream framed = new DataOutputStream(out);
        framed.writeInt(encoded.length);
        framed.write(encoded);
        framed.flush();
    }

    private static void writeSetting(CanonicalWriter out, Setting setting) {
        out.text(setting.name())
                .text(setting.kind().name())
                .flag(setting.required())
                .text(setting.defaultValue())
                .text(setting.label())
                .text(setting.labelEnglish());
    }

    private static Setting readSetting(CanonicalReader in) {
        String name = in.text(1000);
        Setting.Kind kind = kind(in.text(1000));
        return new Setting(name, kind, in.flag(), in.text(1000), in.text(1000), in.text(1000));
    }

    private static Setting.Kind kind(String name) {
        for (Setting.Kind kind : Setting.Kind.values()) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        throw new PoyangException(
                KernelErrors.BAD_ENCODING,
                "a setting has the unknown kind \"" + name + "\"",
                "host and reader of one release are needed");
    }
}
