package poyang.chain.node.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.node.NodeErrors;
import poyang.chain.node.Notes;
import poyang.crypto.Sm3;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditLog;
import poyang.sdk.AuditSeal;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.SdkErrors;
import poyang.sdk.host.ChainListing;
import poyang.sdk.host.ChainState;
import poyang.sdk.host.HostRequest;
import poyang.sdk.host.Member;
import poyang.wire.schema.ProvenReceipt;

/// A chain is made, joined, left, joined again, closed and erased; and a host that is killed at any moment of that
/// goes on from a whole state.
@Timeout(300)
final class LifeTest {
    private static final String ANALYST = "taxation/analyst";

    @TempDir
    Path folder;

    /// Stands for `kill -9` at a step.
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private static void refused(ErrorCode code, Runnable call) {
        PoyangException thrown = assertThrows(PoyangException.class, call::run);
        assertEquals(code.name(), thrown.code().name(), thrown.getMessage());
    }

    private List<String> auditLines(Path log, Path home, char[] password, Hosts hosts) {
        List<String> lines = new ArrayList<>();
        try (StorageKey storage = StorageKey.open(home.resolve("storage.key"), password);
                AuditSeal seal = AuditSeal.open(home.resolve("audit.key"), storage, hosts.random)) {
            AuditLog.Head _ = AuditLog.read(log, Optional.of(seal), lines::add);
        }
        return lines;
    }

    private static boolean holds(List<String> lines, String... words) {
        return lines.stream().anyMatch(line -> Stream.of(words).allMatch(line::contains));
    }

    @Test
    void aChainIsMadeJoinedLeftClosedAndErasedAndItsAuditLogStays() throws Exception {
        try (Hosts hosts = new Hosts(folder)) {
            ChainHost host = hosts.start("one");
            ChainHost second = hosts.start("two");
            Members members = Members.of("税务链", hosts.random, hosts.clock)
                    .node("node-1")
                    .node("node-2")
                    .account(ANALYST);
            Hosts.Chain chain = hosts.create("one", host, "taxes", members, "node-2=127.0.0.1:" + second.peerPort());
            ChainAccount analyst = chain.account(ANALYST);
            ProvenReceipt receipt = analyst.prove(Notes.NAME, "Note", Hosts.note("kept"));

            host.witness();

            // Another host observes it, leaves, and comes back.
            Bytes genesis = ChainForms.genesis(chain.genesis()).encoded();
            Member papers = members.member("node-2", "node-1=127.0.0.1:" + host.peerPort());
            ChainListing joined = hosts.ask("two", new HostRequest.Join("its-taxes", genesis, papers));
            assertEquals(ChainState.RUNNING, joined.state());
            assertEquals("税务链", joined.title());
            assertEquals(List.of("node-1"), joined.members());
            awaitHeight(hosts, "two", 1);
            refused(HostErrors.CHAIN_EXISTS, () -> hosts.ask("two", new HostRequest.Join("again", genesis, papers)));
            ChainListing left = hosts.ask("two", new HostRequest.Leave("its-taxes"));
            assertEquals(ChainState.LEFT, left.state());
            assertTrue(left.height() >= 1);
            refused(HostErrors.WRONG_STATE, () -> hosts.ask("two", new HostRequest.Leave("its-taxes")));
            long after =
                    analyst.call(Notes.NAME, "Note", Hosts.note("meanwhile")).getHeight();
            ChainListing back = hosts.ask("two", new HostRequest.Join("its-taxes", genesis, papers));
            assertEquals(ChainState.RUNNING, back.state());
            awaitHeight(hosts, "two", after);

            // A validator does not just go.
            refused(HostErrors.STILL_VALIDATOR, () -> hosts.ask("one", new HostRequest.Leave("taxes")));
            refused(HostErrors.STILL_VALIDATOR, () -> hosts.ask("one", new HostRequest.Archive("taxes", false)));
            refused(
                    HostErrors.WRONG_STATE,
                    () -> hosts.ask(
                            "one",
                            new HostRequest.Delete("taxes", chain.client().chainId())));
            refused(SdkErrors.QUERY_NOT_PROVEN, () -> hosts.stranger("one").ask(new HostRequest.Leave("taxes")));
            ChainListing closed = hosts.ask("one", new HostRequest.Archive("taxes", true));
            assertEquals(ChainState.ARCHIVED, closed.state());
            assertTrue(closed.height() >= after);

            // Closed: read and proven as before, and nothing is taken in; so also after a start.
            for (int start = 0; start < 2; start++) {
                ChainAccount reader =
                        members.account(hosts.keep(members.client(chain.genesis(), host.apiPort())), ANALYST);
                assertEquals(
                        Optional.of(Bytes.wrap(Hosts.note("kept").toByteArray())),
                        reader.state(Notes.NAME, "note/kept", 0).value());
                assertEquals(
                        receipt.getReceipt(),
                        reader.receipt(Sm3.hash(
                                        receipt.getTransaction().getPayload().toByteArray()))
                                .getReceipt());
                refused(NodeErrors.ARCHIVED, () -> reader.call(Notes.NAME, "Note", Hosts.note("late")));
                if (start == 0) {
                    hosts.stop(host);
                    host = hosts.start("one");
                }
            }

            Bytes chainId = chain.client().chainId();
            refused(
                    HostErrors.NO_SUCH_CHAIN,
                    () -> hosts.ask("one", new HostRequest.Delete("taxes", Bytes.wrap(new byte[32]))));
            ChainListing gone = hosts.ask("one", new HostRequest.Delete("taxes", chainId));
            assertEquals(ChainState.DELETED, gone.state());
            assertEquals(closed.stateRoot(), gone.stateRoot());
            assertEquals(closed.height(), gone.height());
            assertEquals(
                    List.of(gone),
                    hosts.operator("one").ask(new HostRequest.Listing()).chains());
            assertErased(hosts);
        }
    }

    private void assertErased(Hosts hosts) throws Exception {
        Path home = hosts.home("one");
        assertFalse(Files.exists(home.resolve("chains/taxes")));
        Path kept;
        try (Stream<Path> folders = Files.list(home.resolve("kept"))) {
            kept = folders.toList().getFirst();
        }
        // With the host's password alone the audit log can be read; what else was there is gone.
        List<String> lines = auditLines(kept.resolve("audit.log"), kept, Hosts.PASSWORD.toCharArray(), hosts);
        assertTrue(holds(lines, "operator/alice", "chain.create", "host log "), lines.toString());
        assertTrue(holds(lines, "host.log", "host log "), lines.toString());
        assertTrue(holds(lines, ANALYST, "read"), lines.toString());
        assertTrue(holds(lines, "operator/alice", "chain.archive"), lines.toString());
        assertTrue(holds(List.of(lines.getLast()), "operator/alice", "chain.delete", "state root"), lines.toString());
        List<String> host = auditLines(home.resolve("audit.log"), home, Hosts.PASSWORD.toCharArray(), hosts);
        for (String action : List.of("chain.create", "chain.archive", "chain.delete", "chain.list")) {
            assertTrue(holds(host, "operator/alice", action), host.toString());
        }
        assertTrue(holds(host, "chain.leave", "refused PY-4333"), host.toString());
        assertTrue(holds(host, "unproven", "chain.request", "refused PY-3105"), host.toString());
        try (Stream<Path> files = Files.walk(kept)) {
            assertEquals(
                    List.of("audit.key", "audit.log", "chain.record", "genesis", "storage.key"),
                    files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString())
                            .sorted()
                            .toList());
        }
    }

    private static void awaitHeight(Hosts hosts, String host, long height) throws InterruptedException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (hosts.ask(host, new HostRequest.Listing()).height() < height) {
            assertTrue(System.nanoTime() < deadline, "the observer has no block " + height);
            Thread.sleep(50);
        }
    }

    @Test
    void aHostKilledAtAnyStepHasAChainAsAWholeOrNotAtAll() {
        try (Hosts hosts = new Hosts(folder)) {
            Members members = Members.of("taxes", hosts.random, hosts.clock)
                    .node("node-1")
                    .account(ANALYST);
            Member papers = members.member("node-1", "");
            ChainListing before = null;
            for (String step : List.of("record", "in place")) {
                killed(
                        hosts,
                        step,
                        () -> hosts.operator("host").ask(new HostRequest.Create("taxes", members.founding(), papers)));
                ChainHost host = hosts.start("host");
                List<ChainListing> chains =
                        hosts.operator("host").ask(new HostRequest.Listing()).chains();
                if (!step.equals("in place")) {
                    assertEquals(List.of(), chains, step);
                    assertFalse(Files.exists(hosts.home("host").resolve("chains/taxes.new")), step);
                } else {
                    assertEquals(ChainState.RUNNING, chains.getFirst().state());
                    assertEquals("", chains.getFirst().trouble());
                    before = hosts.ask("host", new HostRequest.Archive("taxes", true));
                    assertEquals(ChainState.ARCHIVED, before.state());
                    host = withABrokenChain(hosts, host);
                }
                hosts.stop(host);
            }
            killedWhileErasing(hosts, Objects.requireNonNull(before));
        }
    }

    /// A second chain whose papers are spoilt: it does not run, the first one does, and it is left and erased as any
    /// other is.
    private static ChainHost withABrokenChain(Hosts hosts, ChainHost host) {
        Members members = Members.of("broken", hosts.random, hosts.clock).node("node-1");
        Bytes id = hosts.ask("host", new HostRequest.Create("broken", members.founding(), members.member("node-1", "")))
                .chainId();
        hosts.stop(host);
        try {
            Files.writeString(hosts.home("host").resolve("chains/broken/tls.pem"), "-----BEGIN NOTHING-----");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        ChainHost again = hosts.start("host");
        List<ChainListing> chains =
                hosts.operator("host").ask(new HostRequest.Listing()).chains();
        assertEquals(
                List.of("broken", "taxes"),
                chains.stream().map(ChainListing::chain).toList());
        assertFalse(chains.getFirst().trouble().isEmpty());
        assertEquals("", chains.getLast().trouble());
        hosts.ask("host", new HostRequest.Leave("broken"));
        assertEquals(
                ChainState.DELETED,
                hosts.ask("host", new HostRequest.Delete("broken", id)).state());
        return again;
    }

    /// The first kill while an operator asks, the next ones while the host goes on with it at its start.
    private void killedWhileErasing(Hosts hosts, ChainListing before) {
        killed(hosts, "deleting", () -> hosts.operator("host").ask(new HostRequest.Delete("taxes", before.chainId())));
        for (String step : List.of("kept", "keys destroyed")) {
            assertThrows(
                    Killed.class,
                    () -> hosts.start("host", reached -> {
                        if (reached.equals(step)) {
                            throw new Killed();
                        }
                    }));
        }
        ChainHost last = hosts.start("host");
        List<ChainListing> chains =
                hosts.operator("host").ask(new HostRequest.Listing()).chains();
        assertEquals(
                List.of("broken", "taxes"),
                chains.stream().map(ChainListing::chain).toList());
        assertEquals(ChainState.DELETED, chains.getLast().state());
        assertEquals(before.stateRoot(), chains.getLast().stateRoot());
        assertEquals(before.height(), chains.getLast().height());
        assertFalse(Files.exists(hosts.home("host").resolve("chains/taxes")));
        Path kept = hosts.home("host").resolve("kept");
        try (Stream<Path> folders = Files.list(kept)) {
            Path own = folders.sorted().toList().getLast();
            assertTrue(holds(
                    auditLines(own.resolve("audit.log"), own, Hosts.PASSWORD.toCharArray(), hosts),
                    "host",
                    "chain.delete"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        hosts.stop(last);
    }

    /// A host that dies at a step of what is asked: the operator hears nothing, and its files stay as they are.
    private static void killed(Hosts hosts, String step, Runnable asking) {
        ChainHost host = hosts.start("host", reached -> {
            if (reached.equals(step)) {
                throw new Killed();
            }
        });
        PoyangException cut = assertThrows(PoyangException.class, asking::run);
        assertEquals(SdkErrors.CALL_FAILED, cut.code());
        hosts.stop(host);
    }
}
