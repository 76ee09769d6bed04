package poyang.psi;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.mpc.Peer;

/// A whole collision of a small set with a large one that is prepared once: {@link UnbalancedPsi} with what both
/// sides keep of it from run to run.
///
/// ```
/// server, sender                               client, receiver
///                                      ←       header: number of keys, the table it keeps
///   header: the table there is, its signer →
///   the table, if the client has another →     checked, kept
///                                      ⇄       UnbalancedPsi
/// ```
/// The server keeps a secret, from which all its keys follow, and for each content of its set the signed table. One
/// key answers at most {@link #QUESTIONS} keys of all clients together; after half of them the set is prepared under a
/// new
/// one when it is next there. What the server answers is counted on disk before it is answered. A client takes tables
/// of one signer: the first that
/// it saw in this folder.
///
/// With its table a server keeps what it committed to when it made it ({@link Committed}), signed under the key of the
/// table. While the source is the same a run commits to the same again and reads no row: it costs the server what the
/// client asks, and the table's bytes where the client has no such table yet.
///
/// - rejects: as {@link UnbalancedPsi}; a table that is not the one of the header, not signed, of another signer, or
///   of an older version than the one kept; frames that changed on their way: `PEER_MISBEHAVED`
/// - secrecy: as {@link UnbalancedPsi}. The server learns whether the client has this table already
/// - cost: {@link UnbalancedPsi#cost}, two frames, and once for each table its bytes, some 8.3 a key
public final class UnbalancedCollision {
    public static final String NAME = "unbalanced";
    /// Keys that all clients together may ask for under one key of the server.
    public static final long QUESTIONS = 1L << 24;

    private static final String CLIENT_DOMAIN = "poyang.psi.unbalanced.client.v1";
    private static final String SERVER_DOMAIN = "poyang.psi.unbalanced.table.v1";
    private static final String STATE_DOMAIN = "poyang.psi.unbalanced.state.v1";
    private static final int KEY_BYTES = 65;
    private static final int CLIENT_BYTES = 4 + CLIENT_DOMAIN.length() + 8 + 4 + Sm3.DIGEST_BYTES;
    private static final int SERVER_BYTES = 4 + SERVER_DOMAIN.length() + 8 + 8 + 4 + Sm3.DIGEST_BYTES + 4 + KEY_BYTES;
    private static final int SECRET_BYTES = 32;
    private static final String SECRET = "secret";
    private static final String STATE = "state";
    private static final String TABLE = "table";
    private static final String OWNER = "owner";
    private static final String COMMITTED = "committed";
    private static final String COMMITTED_DOMAIN = "poyang.psi.unbalanced.committed.v1";
    private static final byte[] SIGNED = "poyang.psi.unbalanced.committed.v1".getBytes(StandardCharsets.US_ASCII);

    private UnbalancedCollision() {}

    /// What a server knows of its table.
    ///
    /// @param content that it was made of
    /// @param epoch counts the keys for one content
    /// @param asked keys that were asked for under this key
    @SuppressWarnings("ArrayRecordComponent") // never changed, and handed on inside the class only
    private record State(byte[] content, long epoch, long version, long asked, long keys, int bytes, byte[] digest) {
        byte[] encoded() {
            return new CanonicalWriter(STATE_DOMAIN)
                    .bytes(content)
                    .u64(epoch)
                    .u64(version)
                    .u64(asked)
                    .u64(keys)
                    .u32(bytes)
                    .bytes(digest)
                    .toArray();
        }

        static State decode(byte[] encoded) {
            CanonicalReader in = new CanonicalReader(STATE_DOMAIN, encoded);
            State state = new State(
                    in.array(Sm3.DIGEST_BYTES),
                    in.u64(),
                    in.u64(),
                    in.u64(),
                    in.u64(),
                    (int) in.u32(),
                    in.array(Sm3.DIGEST_BYTES));
            in.end();
            return state;
        }

        /// So that a run which does not read the set finds enough left.
        boolean fresh() {
            return asked <= QUESTIONS / 2;
        }

        State after(long count) {
            return new State(content, epoch, version, asked + count, keys, bytes, digest);
        }
    }

    // ---- the server ------------------------------------------------------------------------------------

    /// Makes the secret that all of a server's keys follow from, where there is none.
    ///
    /// @param random must never give the same again
    public static void beginServer(DiskFolder kept, RandomSource random) {
        if (!kept.has(SECRET)) {
            kept.replace(SECRET, random.bytes(SECRET_BYTES));
        }
    }

    /// A mark of a set's content under the server's secret, for {@link #answer}.
    public static Bytes content(KeySet set, DiskFolder kept) {
        return Commitments.versionMark(set, kept.replaced(SECRET));
    }

    private static RandomSource secret(DiskFolder kept) {
        return new SeededRandom(kept.replaced(SECRET), "poyang.psi.unbalanced.v1");
    }

    /// What a server committed to with the set that its table is of.
    ///
    /// @param source 32 bytes that are others whenever the source, or what is read of it, has changed
    /// @param inputRoot of its keys, salted
    /// @param mark of its content, to the outside
    /// @param rows that were read
    /// @param content as for {@link #answer}
    public record Committed(Bytes source, Bytes inputRoot, Bytes mark, long rows, Bytes content) {}

    /// Keeps what was committed to with the set that was answered about last, under the table's signature.
    public static void commit(DiskFolder kept, Committed of) {
        State state = State.decode(kept.replaced(STATE));
        Bug.unless(Arrays.equals(of.content().toArray(), state.content()), "a commitment is of the table's content");
        byte[] body = new CanonicalWriter(COMMITTED_DOMAIN)
                .bytes(of.source())
                .bytes(of.inputRoot())
                .bytes(of.mark())
                .u64(of.rows())
                .bytes(of.content())
                .u64(state.version())
                .bytes(state.digest())
                .toArray();
        try (Sm2PrivateKey owner = owner(kept)) {
            byte[] signature = owner.sign(Sm3.digest(SIGNED, body)).encoded().toArray();
            byte[] signed = Arrays.copyOf(signature, signature.length + body.length);
            System.arraycopy(body, 0, signed, signature.length, body.length);
            kept.replace(COMMITTED, signed);
        }
    }

    /// What was committed to with the table there is; empty where there is none, or none that answers further clients.
    public static Optional<Committed> committed(DiskFolder kept) {
        Optional<byte[]> signed = kept.found(COMMITTED);
        Optional<State> state = kept.found(STATE).map(State::decode).filter(State::fresh);
        if (signed.isEmpty() || state.isEmpty() || signed.get().length <= Signature.ENCODED_BYTES) {
            return Optional.empty();
        }
        byte[] body = Arrays.copyOfRange(signed.get(), Signature.ENCODED_BYTES, signed.get().length);
        Signature signature = Signature.decode(Arrays.copyOf(signed.get(), Signature.ENCODED_BYTES));
        try (Sm2PrivateKey owner = owner(kept)) {
            if (!owner.publicKey().verify(Sm3.digest(SIGNED, body), signature)) {
                return Optional.empty();
            }
        }
        CanonicalReader in = new CanonicalReader(COMMITTED_DOMAIN, body);
        Committed of = new Committed(
                in.exactly(Sm3.DIGEST_BYTES),
                in.exactly(Sm3.DIGEST_BYTES),
                in.exactly(Sm3.DIGEST_BYTES),
                in.u64(),
                in.exactly(Sm3.DIGEST_BYTES));
        boolean ofTheTable = in.u64() == state.get().version()
                && Arrays.equals(in.array(Sm3.DIGEST_BYTES), state.get().digest())
                && Arrays.equals(of.content().toArray(), state.get().content());
        in.end();
        return Optional.of(of).filter(_ -> ofTheTable);
    }

    /// Whether the server's table lies in the folder; a set without keys has none.
    public static boolean hasTable(DiskFolder kept) {
        return kept.has(TABLE)
                || kept.found(STATE)
                        .map(State::decode)
                        .filter(state -> state.bytes() == 0)
                        .isPresent();
    }

    /// What a server knows after a run.
    ///
    /// @param peerKeys keys that the client asked about
    /// @param keys of the own set
    public record Answered(long peerKeys, long keys) {}

    /// Answers one client.
    ///
    /// @param content 32 bytes that are others for another content of the set
    /// @param set its keys, asked for only where the set has to be prepared
    /// @param most keys that this client may ask about
    public static Answered answer(
            Bytes content, Supplier<CollisionInput> set, DiskFolder kept, long most, CollisionSession session) {
        return answer(content, set, kept, most, session, UnaryOperator.identity());
    }

    /// The same.
    ///
    /// @param table gives the table where it has to be sent, by default the one that is kept
    public static Answered answer(
            Bytes content,
            Supplier<CollisionInput> set,
            DiskFolder kept,
            long most,
            CollisionSession session,
            UnaryOperator<Supplier<byte[]>> table) {
        Run run = Run.of(NAME, false, session);
        long count;
        Bytes has;
        try {
            CanonicalReader in = new CanonicalReader(CLIENT_DOMAIN, run.frame("the header", CLIENT_BYTES));
            count = in.u64();
            has = in.exactly(Sm3.DIGEST_BYTES);
            in.end();
        } catch (PoyangException e) {
            throw malformed(run, e);
        }
        if (count < 0 || count > Math.min(most, QUESTIONS)) {
            throw run.misbehaved("it asks about " + count + " keys, " + Math.min(most, QUESTIONS) + " are allowed");
        }
        State state = state(content, set, kept, count, session);
        run.send(new CanonicalWriter(SERVER_DOMAIN)
                .u64(state.keys())
                .u64(state.bytes())
                .bytes(state.digest())
                .bytes(owner(kept).publicKey().encoded())
                .toArray());
        if (state.bytes() > 0 && !Bytes.wrap(state.digest().clone()).equals(has)) {
            byte[] sent = table.apply(() -> kept.has(TABLE) ? kept.replaced(TABLE) : prepare(state, set, kept, session))
                    .get();
            Bug.unless(Arrays.equals(Sm3.digest(sent), state.digest()), "a table is the one of its state");
            new Peer(run.network(), run.peer(), NAME).send(sent);
        }
        run.confirm();
        if (state.bytes() > 0) {
            long _ = UnbalancedPsi.answer(key(kept, state), state.version(), count, session);
        }
        return new Answered(count, state.keys());
    }

    private static Sm2PrivateKey owner(DiskFolder kept) {
        return Sm2PrivateKey.generate(secret(kept).fork("owner"));
    }

    private static RandomSource key(DiskFolder kept, State state) {
        return secret(kept).fork("key " + Bytes.wrap(state.content().clone()).hex() + " " + state.epoch());
    }

    /// The table that answers, with the questions counted; made where there is none, where the content is another, or
    /// where its key has answered enough.
    private static State state(
            Bytes content, Supplier<CollisionInput> set, DiskFolder kept, long count, CollisionSession session) {
        Optional<State> before = kept.found(STATE).map(State::decode);
        boolean same = before.isPresent() && Arrays.equals(before.get().content(), content.toArray());
        if (same && before.get().fresh() && before.get().asked() + count <= QUESTIONS) {
            State counted = before.get().after(count);
            kept.replace(STATE, counted.encoded());
            return counted;
        }
        long version = before.map(State::version).orElse(0L) + 1;
        long epoch = same ? before.get().epoch() + 1 : 0;
        int size = set.get().size();
        State bare = new State(content.toArray(), epoch, version, count, size, 0, new byte[Sm3.DIGEST_BYTES]);
        kept.delete(TABLE);
        byte[] table = size == 0 ? new byte[0] : prepare(bare, set, kept, session);
        State made = new State(
                bare.content(),
                epoch,
                version,
                count,
                size,
                table.length,
                size == 0 ? bare.digest() : Sm3.digest(table));
        kept.replace(STATE, made.encoded());
        return made;
    }

    /// Masks the set under the state's key, keeping slices, and signs the table.
    private static byte[] prepare(
            State state, Supplier<CollisionInput> set, DiskFolder kept, CollisionSession session) {
        CollisionInput keys = set.get();
        Bug.unless(keys.size() == state.keys(), "a set of one content has one size");
        PreparedSet prepared = UnbalancedPsi.prepare(
                keys, key(kept, state), state.version(), QUESTIONS, session.workers(), kept, session.progress());
        byte[] table;
        try (Sm2PrivateKey owner = owner(kept)) {
            table = prepared.signed(owner);
        }
        kept.replace(TABLE, table);
        UnbalancedPsi.forgetSlices(kept, keys.size());
        return table;
    }

    // ---- the client ------------------------------------------------------------------------------------

    /// Asks about a set; gives the own keys that the server has, and how many it has.
    public static Intersection ask(CollisionInput set, DiskFolder kept, CollisionSession session) {
        if (set.size() > QUESTIONS) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING,
                    "the small set has " + set.size() + " keys",
                    "at most " + QUESTIONS + " keys, or another protocol, are needed");
        }
        Run run = Run.of(NAME, true, session);
        Optional<byte[]> has = kept.found(TABLE);
        Optional<Bytes> known = has.map(Sm3::hash);
        run.send(new CanonicalWriter(CLIENT_DOMAIN)
                .u64(set.size())
                .bytes(known.orElse(Bytes.wrap(new byte[Sm3.DIGEST_BYTES])))
                .toArray());
        Header header = readHeader(run);
        if (header.bytes() == 0) {
            run.confirm();
            return new Intersection(IntList.of(new int[0]), 0);
        }
        boolean same = known.equals(Optional.of(header.digest()));
        byte[] table = has.filter(_ -> same)
                .orElseGet(() -> new Peer(run.network(), run.peer(), NAME).receive("the table", header.bytes()));
        run.confirm();
        PreparedSet prepared = taken(run, kept, has.filter(_ -> !same), header, table, same);
        return new Intersection(UnbalancedPsi.ask(set, prepared, session), prepared.keys());
    }

    private record Header(long keys, int bytes, Bytes digest, Bytes owner) {}

    private static Header readHeader(Run run) {
        try {
            CanonicalReader in = new CanonicalReader(SERVER_DOMAIN, run.frame("the table's header", SERVER_BYTES));
            long keys = in.u64();
            long bytes = in.u64();
            Header header = new Header(keys, (int) bytes, in.exactly(Sm3.DIGEST_BYTES), in.exactly(KEY_BYTES));
            in.end();
            if (keys < 0 || keys > Integer.MAX_VALUE || bytes < 0 || bytes > tableBytes(keys)) {
                throw run.misbehaved("its header has impossible numbers");
            }
            return header;
        } catch (PoyangException e) {
            throw malformed(run, e);
        }
    }

    /// The table, checked against its header, its signer and the one before, and kept.
    ///
    /// @param before another table, where there is one
    /// @param same whether it is the one that was kept, whose digest is known
    private static PreparedSet taken(
            Run run, DiskFolder kept, Optional<byte[]> before, Header header, byte[] table, boolean same) {
        Optional<byte[]> known = kept.found(OWNER);
        if (known.isPresent() && !Bytes.wrap(known.get()).equals(header.owner())) {
            throw run.misbehaved("its tables had another signer before");
        }
        try {
            VerificationKey owner = VerificationKey.decode(header.owner().toArray());
            long atLeast = before.isPresent()
                    ? PreparedSet.verified(before.get(), owner, 0).version()
                    : 0;
            PreparedSet prepared = PreparedSet.verified(table, owner, atLeast);
            if (prepared.keys() != header.keys() || !same && !Sm3.hash(table).equals(header.digest())) {
                throw run.misbehaved("its table is not the one of its header");
            }
            if (!same) {
                kept.replace(OWNER, header.owner().toArray());
                kept.replace(TABLE, table);
            }
            return prepared;
        } catch (PoyangException e) {
            throw malformed(run, e);
        }
    }

    private static PoyangException malformed(Run run, PoyangException e) {
        return e.code().category() == KernelErrors.BAD_ENCODING.category()
                ? run.misbehaved("its header or table is malformed: " + e.wrong())
                : e;
    }

    // ---- what is kept, and what it costs ---------------------------------------------------------------

    /// Writes out what a run goes on from, on either side, but for a server's table, which follows from the rest.
    public static void save(DiskFolder kept, boolean server, OutputStream to) {
        try {
            DataOutputStream out = new DataOutputStream(to);
            for (String name : names(server)) {
                byte[] content = kept.found(name).orElse(new byte[0]);
                out.writeInt(content.length);
                out.write(content);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(boolean server) {
        return server ? List.of(SECRET, STATE, COMMITTED) : List.of(OWNER, TABLE);
    }

    /// Puts into a folder what {@link #save} wrote.
    public static void restore(DiskFolder kept, boolean server, InputStream from) {
        try {
            DataInputStream in = new DataInputStream(from);
            for (String name : names(server)) {
                byte[] content = in.readNBytes(in.readInt());
                if (content.length > 0) {
                    kept.replace(name, content);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Bytes that the signed table of at most so many keys has at most.
    private static long tableBytes(long keys) {
        int head = Signature.ENCODED_BYTES + 256;
        // a mark and a place for each key, and 41 bits of statistics beside the questions' own
        return head + (keys * (41 + 24 + 2) + 2 * keys) / 8;
    }

    static long headerBytes() {
        return (long) CLIENT_BYTES + SERVER_BYTES;
    }

    /// The most that a run sends whose sets have no more keys than these; the client is the receiver.
    public static Cost most(long clientRows, long serverRows) {
        long table = tableBytes(serverRows);
        long frames = Peer.frames(table) + 2;
        long server = SERVER_BYTES + table + Sm3.DIGEST_BYTES;
        return UnbalancedPsi.cost(clientRows)
                .plus(new Cost(2, CLIENT_BYTES + Sm3.DIGEST_BYTES, frames, server, Peer.FRAME_BYTES, 3));
    }
}
