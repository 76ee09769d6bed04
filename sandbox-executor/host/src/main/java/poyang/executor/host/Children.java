package poyang.executor.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.connectors.ConnectorErrors;
import poyang.executor.jail.Confinement;
import poyang.executor.jail.Confinement.Limits;
import poyang.executor.jail.Confinement.Mount;
import poyang.executor.jail.Confinement.Work;
import poyang.executor.jail.Jail;
import poyang.executor.jail.Scratch;
import poyang.executor.jail.Sockets;
import poyang.executor.job.ChildChannel;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobKind;
import poyang.executor.job.ReaderRequest;
import poyang.executor.job.SourceDescription;
import poyang.executor.job.ViewChannel;
import poyang.kernel.PoyangException;

/// The children of one party's side of one attempt, or of one look at a source: a reader, the relay
/// to its database where it has one, and the compute child. Closing kills all of them and wipes their
/// scratch folders.
final class Children implements AutoCloseable {
    private static final String READER = "poyang.executor.reader.ReaderMain";
    private static final String RELAY = "poyang.executor.reader.SourceRelay";
    private static final String COMPUTE = "poyang.executor.compute.ComputeMain";
    private static final String VIEW = "poyang.executor.compute.ViewMain";
    private static final String RELAY_SOCKET = "source.sock";
    private static final int RELAY_START_MILLIS = 15_000;
    private static final int POLL_MILLIS = 10;
    private static final List<String> TOOLS = List.of(
            "bwrap: ",
            "prlimit: ",
            "setpriv: ",
            "Error occurred during initialization",
            "Error: Could not",
            "Invalid ");
    private static final int TOLD_LINES = 20;
    private static final Logger LOG = LoggerFactory.getLogger(Children.class);

    private final ExecutorSetup setup;
    /// Empty for a party without a data set.
    private final Optional<Source> source;
    private final String name;
    private final List<Process> processes = new ArrayList<>();
    private final List<Path> scratches = new ArrayList<>();
    /// What the compute child may see of the host besides its scratch folder.
    private final List<Mount> mounts = new ArrayList<>();
    /// What the compute child is told besides its scratch folder.
    private final List<String> arguments = new ArrayList<>();
    /// What has a reader that was started begin.
    private Optional<Asking> waiting = Optional.empty();

    private Children(ExecutorSetup setup, String name, Optional<Source> source) {
        this.setup = setup;
        this.name = name;
        this.source = source;
    }

    private record Asking(Process reader, List<String> columns, Optional<Mount> link) {}

    /// A running compute child, and a running reader that waits for its {@link Children#read}.
    ///
    /// @param scratch holds result and opening once the child has said Output
    record Computing(Children children, ChildChannel channel, Path scratch) implements AutoCloseable {
        @Override
        public void close() {
            children.close();
        }
    }

    /// A running view child.
    record Viewing(Children children, ViewChannel channel, Path scratch) {}

    private record Connected(SocketChannel socket, Path scratch) {
        InputStream in() {
            return Channels.newInputStream(socket);
        }

        OutputStream out() {
            return Channels.newOutputStream(socket);
        }
    }

    /// Looks at a source without reading a row into the host.
    static SourceDescription describe(ExecutorSetup setup, String name, Source source, ReaderRequest.Mode mode) {
        try (Children children = new Children(setup, name, Optional.of(source))) {
            Optional<Mount> link = children.startRelay();
            Process reader = children.started(
                    setup.jail().start(List.of(children.reader(link))).getFirst());
            watch(reader, setup.reader().seconds(), () -> endLate(reader));
            children.ask(reader, mode, List.of(), link);
            return description(reader);
        } catch (IOException e) {
            throw lost("the reader could not be started", e);
        }
    }

    /// Starts reader and compute child, joined by a pipe that the host has no end of; without a source the compute
    /// child alone, whose input is empty.
    ///
    /// @param work what the compute child is made ready for
    /// @param kept the folder of the host in which it keeps things for the job's next attempt, if any
    /// @param provingKey what the child of a run that proves may read, if any
    static Computing start(
            ExecutorSetup setup,
            String name,
            Optional<Source> source,
            List<String> columns,
            JobKind.Work work,
            Optional<Path> kept,
            Optional<Mount> provingKey) {
        Children children = new Children(setup, name, source);
        kept.map(folder -> new Mount(folder, "/kept", true)).ifPresent(mount -> {
            children.mounts.add(mount);
            children.arguments.add(setup.jail().inside(mount));
        });
        provingKey.ifPresent(children.mounts::add);
        Connected child = children.connected(COMPUTE, setup.compute(), columns, Work.valueOf(work.name()));
        return new Computing(children, new ChildChannel(child.in(), child.out()), child.scratch());
    }

    /// Starts a view child, and a reader that is joined to it the same way, or none where it has its rows.
    ///
    /// @param source empty where it has them
    /// @param kept the folder of the host in which it keeps things
    static Viewing startView(
            ExecutorSetup setup, String name, Optional<Source> source, List<String> columns, Mount kept) {
        Children children = new Children(setup, name, source);
        children.mounts.add(kept);
        Connected child = children.connected(VIEW, setup.views(), columns, Work.NUMERIC);
        try {
            children.read();
        } catch (RuntimeException e) {
            children.close();
            throw e;
        }
        return new Viewing(children, new ViewChannel(child.in(), child.out()), child.scratch());
    }

    /// Starts a reader whose rows go to a pipe that another child reads.
    static Children readInto(ExecutorSetup setup, String name, Source source, List<String> columns, Path pipe) {
        Children children = new Children(setup, name, Optional.of(source));
        try {
            Optional<Mount> link = children.startRelay();
            ProcessBuilder reader = children.reader(link).redirectOutput(ProcessBuilder.Redirect.to(pipe.toFile()));
            Process started =
                    children.started(setup.jail().start(List.of(reader)).getFirst());
            watch(started, setup.reader().seconds(), () -> endLate(started));
            children.ask(started, ReaderRequest.Mode.READ, columns, link);
            return children;
        } catch (IOException e) {
            children.close();
            throw lost("the reader could not be started", e);
        } catch (RuntimeException e) {
            children.close();
            throw e;
        }
    }

    private Connected connected(String mainClass, Limits limits, List<String> columns, Work work) {
        try {
            return startPipeline(mainClass, limits, columns, work);
        } catch (IOException e) {
            close();
            throw lost("the children could not be started", e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Connected startPipeline(String mainClass, Limits limits, List<String> columns, Work work)
            throws IOException {
        Optional<Mount> link = startRelay();
        Path scratch = scratch("compute");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path socket = scratch.resolve("host.sock");
            listener.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
            List<String> told = new ArrayList<>(List.of(setup.jail().insideScratch(scratch)));
            told.addAll(arguments);
            Confinement compute = new Confinement(
                    mainClass, setup.computeClassPath(), told, scratch, mounts, Sockets.UNIX_ONLY, work, limits);
            List<ProcessBuilder> line = new ArrayList<>();
            if (source.isPresent()) {
                line.add(reader(link));
            }
            line.add(setup.jail().process(compute).redirectOutput(ProcessBuilder.Redirect.DISCARD));
            List<Process> pipeline = setup.jail().start(line);
            pipeline.forEach(this::started);
            if (source.isPresent()) {
                waiting = Optional.of(new Asking(pipeline.getFirst(), columns, link));
            } else {
                pipeline.getFirst().getOutputStream().close();
            }
            Process child = pipeline.getLast();
            watch(child, limits.seconds(), () -> closeQuietly(listener));
            return new Connected(accept(listener, child, limits.seconds()), scratch);
        }
    }

    /// The child's connection. {@link #watch} closes the listener when the child has ended or its time is up.
    private SocketChannel accept(ServerSocketChannel listener, Process child, int seconds) throws IOException {
        try {
            return listener.accept();
        } catch (ClosedChannelException e) {
            if (child.isAlive()) {
                throw PartyRun.tooLong(seconds);
            }
            throw lost("the compute child ended before it reached the host", e);
        }
    }

    private ProcessBuilder reader(Optional<Mount> link) {
        List<Mount> sources = new ArrayList<>(source.orElseThrow().mounts(setup.jail()));
        link.ifPresent(sources::add);
        return setup.jail()
                .process(new Confinement(
                        READER,
                        setup.readerClassPath(),
                        List.of(),
                        scratch("reader"),
                        sources,
                        Sockets.UNIX_ONLY,
                        Work.LONG,
                        setup.reader()));
    }

    /// Has the reader read, where there is one that waits.
    void read() {
        Optional<Asking> asking = waiting;
        waiting = Optional.empty();
        try {
            if (asking.isPresent()) {
                Asking all = asking.get();
                ask(all.reader(), ReaderRequest.Mode.READ, all.columns(), all.link());
            }
        } catch (IOException e) {
            throw lost("the reader ended before it was asked", e);
        }
    }

    /// Sends the request with its secrets through the reader's standard input.
    private void ask(Process reader, ReaderRequest.Mode mode, List<String> columns, Optional<Mount> link)
            throws IOException {
        Optional<String> socket = link.map(mount -> setup.jail().inside(mount) + "/" + RELAY_SOCKET);
        try (OutputStream out = reader.getOutputStream()) {
            new ReaderRequest(
                            mode,
                            source.orElseThrow().connector(),
                            source.orElseThrow().inside(setup.jail(), socket),
                            columns)
                    .writeTo(out);
        }
    }

    /// Starts the relay where the source is a database; gives the folder that its socket lies in.
    private Optional<Mount> startRelay() throws IOException {
        Optional<String[]> address = source.flatMap(Source::address);
        if (address.isEmpty()) {
            return Optional.empty();
        }
        Path folder = scratch("link");
        Mount mount = new Mount(folder, "/link", true);
        Confinement relay = new Confinement(
                RELAY,
                setup.readerClassPath(),
                List.of(setup.jail().inside(mount) + "/" + RELAY_SOCKET, literal(address.get()[0]), address.get()[1]),
                scratch("relay"),
                List.of(mount),
                Sockets.INTERNET,
                Work.LONG,
                setup.reader());
        ProcessBuilder builder = setup.jail().process(relay).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = started(setup.jail().start(List.of(builder)).getFirst());
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RELAY_START_MILLIS);
        while (!Files.exists(folder.resolve(RELAY_SOCKET))) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw lost("the relay to the source did not start", null);
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw lost("the start of the relay was interrupted", e);
            }
        }
        return Optional.of(mount);
    }

    private static String literal(String host) {
        try {
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException e) {
            throw new PoyangException(
                    ConnectorErrors.CONNECTION_FAILED,
                    "the host name \"" + host + "\" is unknown",
                    "give a name or address that this machine can look up",
                    e);
        }
    }

    private Process started(Process process) {
        processes.add(process);
        Thread _ = onPipe("errors of " + name, () -> hear(process));
        return process;
    }

    /// A virtual thread that reads a pipe keeps its carrier to itself, so pipes have threads of their own.
    private static Thread onPipe(String name, Runnable reading) {
        return Thread.ofPlatform().daemon().name(name).start(reading);
    }

    private static SourceDescription description(Process reader) {
        CompletableFuture<SourceDescription> read = new CompletableFuture<>();
        Thread _ = onPipe("description", () -> {
            try {
                read.complete(SourceDescription.read(reader.getInputStream()));
            } catch (RuntimeException e) {
                read.completeExceptionally(e);
            }
        });
        try {
            return read.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof PoyangException failure ? failure : e;
        }
    }

    /// Logs what the tools around a child say of themselves. What a child's own JVM prints may hold a row's
    /// content and is dropped.
    private void hear(Process process) {
        try (BufferedReader errors = process.errorReader()) {
            int told = 0;
            for (String line = errors.readLine(); line != null; line = errors.readLine()) {
                if (told < TOLD_LINES && TOOLS.stream().anyMatch(line::startsWith)) {
                    LOG.warn("{}: {}", name, line);
                    told++;
                }
            }
        } catch (IOException e) {
            LOG.debug("{} was cut off", name);
        }
    }

    private Path scratch(String child) {
        Jail jail = setup.jail();
        Path scratch = jail.newScratch(setup.scratchParent(), name + "-" + child);
        scratches.add(scratch);
        return scratch;
    }

    /// Kills the children; what they hold open ends at once, so whoever waits for them goes on.
    void kill() {
        for (Process process : processes) {
            process.destroyForcibly();
        }
    }

    List<Process> processes() {
        return List.copyOf(processes);
    }

    @Override
    public void close() {
        kill();
        for (Process process : processes) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        scratches.forEach(Scratch::wipe);
    }

    /// Ends a process that is not at its end yet. One that is keeps its answer: to destroy it closes its output too,
    /// under the feet of whoever still reads.
    private static void endLate(Process process) {
        if (process.isAlive()) {
            Process _ = process.destroyForcibly();
        }
    }

    /// Does `then` when the process has ended, or after `seconds`.
    private static void watch(Process process, int seconds, Runnable then) {
        Thread.ofVirtual().start(() -> {
            try {
                process.waitFor(seconds, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            then.run();
        });
    }

    private static void closeQuietly(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Closing is all that was wanted.
        }
    }

    private static PoyangException lost(String wrong, @Nullable Exception cause) {
        return new PoyangException(
                ExecutorErrors.CHILD_LOST,
                wrong,
                "see whether the jail and the children's class paths are in order",
                cause);
    }
}
