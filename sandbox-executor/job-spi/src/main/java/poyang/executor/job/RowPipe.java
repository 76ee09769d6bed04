package poyang.executor.job;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import poyang.connectors.ConnectorErrors;
import poyang.kernel.ErrorCode;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// The stream from reader to compute child: chunks of an Arrow IPC stream, then either its proper end
/// or the reader's failure. A stream that just stops is `SOURCE_LOST`, never taken for a short table.
public final class RowPipe {
    private static final int CHUNK = 1;
    private static final int END = 2;
    private static final int FAILURE = 3;
    private static final int CHUNK_BYTES = 1 << 16;

    private RowPipe() {}

    /// The reader's end.
    public static final class Sink extends OutputStream {
        private final DataOutputStream out;
        private final byte[] chunk = new byte[CHUNK_BYTES];
        private int filled;

        public Sink(OutputStream out) {
            this.out = new DataOutputStream(out);
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] source, int from, int length) throws IOException {
            int done = 0;
            while (done < length) {
                int step = Math.min(length - done, CHUNK_BYTES - filled);
                System.arraycopy(source, from + done, chunk, filled, step);
                filled += step;
                done += step;
                if (filled == CHUNK_BYTES) {
                    flush();
                }
            }
        }

        @Override
        public void flush() throws IOException {
            if (filled > 0) {
                frame(CHUNK, Arrays.copyOf(chunk, filled));
                filled = 0;
            }
        }

        /// Ends the stream as complete.
        public void complete() throws IOException {
            flush();
            frame(END, new byte[0]);
        }

        /// Ends the stream by a failure that the compute child passes on.
        public void fail(PoyangException failure) throws IOException {
            frame(FAILURE, Failure.encode(failure));
        }

        private void frame(int kind, byte[] content) throws IOException {
            out.writeByte(kind);
            out.writeInt(content.length);
            out.write(content);
            out.flush();
        }
    }

    /// The compute child's end: ends only where the reader said that the stream is complete, and
    /// throws the reader's failure as a `PoyangException`.
    public static final class Source extends InputStream {
        private final DataInputStream in;
        private byte[] chunk = new byte[0];
        private int position;
        private boolean ended;

        public Source(InputStream in) {
            this.in = new DataInputStream(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (position == chunk.length) {
                if (ended) {
                    return -1;
                }
                next();
            }
            int step = Math.min(length, chunk.length - position);
            System.arraycopy(chunk, position, target, from, step);
            position += step;
            return step;
        }

        private void next() throws IOException {
            try {
                int kind = in.readUnsignedByte();
                int length = in.readInt();
                if (kind < CHUNK || kind > FAILURE || length < 0 || length > CHUNK_BYTES) {
                    throw malformed();
                }
                byte[] content = new byte[length];
                in.readFully(content);
                switch (kind) {
                    case CHUNK -> {
                        chunk = content;
                        position = 0;
                    }
                    case END -> ended = true;
                    default -> throw Failure.decode(content);
                }
            } catch (EOFException e) {
                throw new PoyangException(
                        ConnectorErrors.SOURCE_LOST,
                        "the source's stream broke off before its end",
                        "check that the source stays reachable while a job runs",
                        e);
            }
        }

        private static PoyangException malformed() {
            return new PoyangException(
                    ExecutorErrors.INPUT_MALFORMED,
                    "the reader's stream is malformed",
                    "reader and compute child of one release are needed");
        }
    }

    /// A child's failure as bytes: name, number and category of its code, what is wrong, what is right,
    /// one line each, and one more
    /// for whom it accuses.
    static final class Failure {
        private static final int LONGEST_LINE = 1000;

        private Failure() {}

        static byte[] encode(PoyangException failure) {
            String text = failure.code().name() + "\n" + failure.code().number() + "\n"
                    + failure.code().category() + "\n" + line(failure.wrong()) + "\n"
                    + line(failure.right())
                    + failure.accused().map(party -> "\n" + party).orElse("");
            return text.getBytes(StandardCharsets.UTF_8);
        }

        static PoyangException decode(byte[] encoded) {
            String[] lines = new String(encoded, StandardCharsets.UTF_8).split("\n", -1);
            if (lines.length < 5
                    || lines.length > 6
                    || !lines[0].matches("[A-Z0-9_]{1,64}")
                    || !lines[1].matches("[0-9]{1,6}")) {
                return Source.malformed();
            }
            for (ErrorCode.Category category : ErrorCode.Category.values()) {
                if (category.name().equals(lines[2])) {
                    ErrorCode code = new ErrorCode(lines[0], Integer.parseInt(lines[1]), category);
                    return lines.length == 5
                            ? new PoyangException(code, line(lines[3]), line(lines[4]))
                            : PoyangException.accusing(new PartyId(lines[5]), code, line(lines[3]), line(lines[4]));
                }
            }
            return Source.malformed();
        }

        private static String line(String text) {
            String flat = text.replace('\n', ' ');
            return flat.length() <= LONGEST_LINE ? flat : flat.substring(0, LONGEST_LINE);
        }
    }
}
