package poyang.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poyang.chain.proofs.Genesis;
import poyang.crypto.Certificates;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SigningKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.sdk.host.ChainListing;
import poyang.sdk.host.HostAnswer;
import poyang.sdk.host.HostClient;
import poyang.sdk.host.HostRequest;
import poyang.sdk.host.Member;
import poyang.tools.PasswordPrompt;
import poyang.tools.Report;

/// The chains of a host on this machine.
@Command(
        name = "chain",
        description = "Makes, lists, joins, leaves, archives and deletes chains of a host (./poyang host).")
final class ChainCommands extends CommandGroup {
    ChainCommands() {
        super("chain");
    }

    /// Who asks which host.
    @SuppressWarnings("NullAway.Init") // picocli sets the options before they are used
    static final class OperatorOptions {
        @Option(names = "--host", required = true, paramLabel = "DIRECTORY", description = "the host's directory")
        private Path host;

        @Option(names = "--operator", required = true, paramLabel = "NAME", description = "as the host knows the key")
        private String operator;

        @Option(names = "--key", required = true, paramLabel = "KEY.pem", description = "the operator's key file")
        private Path key;

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "mode 600; holds the key's password, which is asked for when absent")
        private @Nullable Path passwordFile;

        HostAnswer.Chains ask(HostRequest request, RandomSource random, InstantSource clock) {
            char[] password = PasswordPrompt.existing(passwordFile, "password of " + operator);
            try (SigningKey own = PrivateKeyFile.readSigningKey(key, password)) {
                return new HostClient(host, operator, own, random, clock).ask(request);
            } finally {
                Arrays.fill(password, '\0');
            }
        }
    }

    @Command(description = "All chains of the host, those too that were deleted.")
    int list(@Mixin OperatorOptions by) {
        HostAnswer.Chains chains = by.ask(new HostRequest.Listing(), random, clock);
        return say(chains);
    }

    @Command(description = "Makes a chain's genesis from its members' certificates, and takes part in it.")
    int create(
            @Parameters(paramLabel = "CHAIN", description = "what the host is to call it") String chain,
            @Option(
                            names = "--founding",
                            required = true,
                            paramLabel = "FILE",
                            description = "title, engine, validators, organisations, accounts (docs/chains.md)")
                    Path founding,
            @Option(names = "--settings", required = true, paramLabel = "FILE", description = "as of a node")
                    Path settings,
            @Option(
                            names = "--out",
                            required = true,
                            paramLabel = "GENESIS",
                            description = "the genesis, for the other members")
                    Path out,
            @Mixin OperatorOptions by) {
        try (Member member = Member.read(settings)) {
            HostAnswer.Chains made = by.ask(
                    new HostRequest.Create(
                            chain,
                            FoundingFile.read(
                                    founding,
                                    Certificates.fromPem(member.papers().root()).getFirst(),
                                    clock.instant()),
                            member),
                    random,
                    clock);
            Genesis genesis = Genesis.decode(made.genesis().toArray());
            Files.writeString(out, ChainForms.json(ChainForms.file(genesis)));
            return say(made);
        } catch (IOException e) {
            throw new PoyangException(
                    NetworkErrors.UNREADABLE,
                    "the chain was made, but its genesis could not be written to " + out + " (" + e.getMessage() + ")",
                    "it lies in the host's folder too: chains/" + chain + "/genesis",
                    e);
        }
    }

    @Command(description = "Takes part in a chain that others made, or again in one that was left.")
    int join(
            @Parameters(paramLabel = "CHAIN", description = "what the host is to call it") String chain,
            @Option(names = "--genesis", required = true, paramLabel = "FILE", description = "the chain's genesis")
                    Path genesis,
            @Option(names = "--settings", required = true, paramLabel = "FILE", description = "as of a node")
                    Path settings,
            @Mixin OperatorOptions by) {
        Bytes encoded = ChainForms.genesis(ChainForms.readGenesis(genesis)).encoded();
        try (Member member = Member.read(settings)) {
            return say(by.ask(new HostRequest.Join(chain, encoded, member), random, clock));
        }
    }

    @Command(description = "Takes part no longer; a validator leaves by an epoch first. What is there is kept.")
    int leave(@Parameters(paramLabel = "CHAIN") String chain, @Mixin OperatorOptions by) {
        return say(by.ask(new HostRequest.Leave(chain), random, clock));
    }

    @Command(description = "Closes a chain here: it is read and proven as before, and takes nothing in.")
    int archive(
            @Parameters(paramLabel = "CHAIN") String chain,
            @Option(
                            names = "--still-votes",
                            description = "although the others count on this node's vote: the chain is at its end")
                    boolean stillVotes,
            @Mixin OperatorOptions by) {
        return say(by.ask(new HostRequest.Archive(chain, stillVotes), random, clock));
    }

    @Command(description = "Erases a chain that was left or archived; its audit log and last root stay.")
    int delete(
            @Parameters(paramLabel = "CHAIN") String chain,
            @Option(
                            names = "--id",
                            required = true,
                            paramLabel = "CHAIN-ID",
                            description = "of the chain that is meant, as list gives it")
                    String id,
            @Mixin OperatorOptions by) {
        return say(by.ask(new HostRequest.Delete(chain, Bytes.fromHex(id)), random, clock));
    }

    private int say(HostAnswer.Chains answer) {
        Report report = report().list("chains");
        for (ChainListing chain : answer.chains()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("chain", chain.chain());
            fields.put("title", chain.title());
            fields.put("id", chain.chainId().hex());
            fields.put("state", chain.state().name());
            fields.put("height", chain.height());
            fields.put("stateRoot", chain.stateRoot().hex());
            fields.put("epoch", chain.epoch());
            fields.put("members", chain.members());
            fields.put("diskBytes", chain.diskBytes());
            fields.put("sinceMillis", chain.sinceMillis());
            fields.put("trouble", chain.trouble());
            Report _ = report.item("chains", fields, lines(chain));
        }
        if (answer.chains().isEmpty()) {
            Report _ = report.hint("No chain is here.");
        }
        return report.done(0);
    }

    private static String lines(ChainListing chain) {
        String text =
                "%s  %s  %s since %s%n  id %s%n  height %,d  epoch %d  %,d KB on disk%n  state root %s%n  members %s"
                        .formatted(
                                chain.chain(),
                                chain.title(),
                                chain.state(),
                                Instant.ofEpochMilli(chain.sinceMillis()),
                                chain.chainId().hex(),
                                chain.height(),
                                chain.epoch(),
                                chain.diskBytes() >> 10,
                                chain.stateRoot().hex(),
                                String.join(" ", chain.members()));
        return chain.trouble().isEmpty() ? text : text + System.lineSeparator() + "  TROUBLE " + chain.trouble();
    }
}
