package poyang.tools;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A person's shell in a folder: `./poyang` runs in one process after the other, everything else in bash.
final class CommandFolder implements AutoCloseable {
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private final Path folder;
    private final Process loop;
    private final BufferedWriter in;
    private final BufferedReader out;

    /// What a command said, and how it ended.
    record Answer(int code, String text) {}

    CommandFolder(Path folder) {
        this.folder = folder;
        try {
            loop = java("poyang.tools.CommandLoop", List.of()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        in = loop.outputWriter(StandardCharsets.UTF_8);
        out = loop.inputReader(StandardCharsets.UTF_8);
    }

    private ProcessBuilder java(String main, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dstdout.encoding=UTF-8",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main));
        command.addAll(arguments);
        return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    }

    /// Runs one line as it stands in a page.
    Answer shell(String line) {
        return line.startsWith("./poyang ") ? run(words(line.substring("./poyang ".length()))) : bash(line);
    }

    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher each = WORD.matcher(line);
        while (each.find()) {
            words.add(each.group(1) != null ? each.group(1) : each.group(2));
        }
        return words;
    }

    Answer poyang(Object... arguments) {
        return run(Arrays.stream(arguments).map(Object::toString).toList());
    }

    private Answer run(List<String> words) {
        try {
            in.write(String.join("\t", words) + "\n");
            in.flush();
            StringBuilder text = new StringBuilder();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(CommandLoop.END)) {
                    return new Answer(Integer.parseInt(line.substring(1)), text.toString());
                }
                text.append(line).append('\n');
            }
            throw new AssertionError("the process ended after: " + words + "\n" + text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As {@link #poyang}, in a process that runs this command only.
    Answer process(Object... arguments) {
        return finish(java(
                "poyang.tools.Main",
                Arrays.stream(arguments).map(Object::toString).toList()));
    }

    private Answer bash(String line) {
        return finish(new ProcessBuilder("bash", "-euo", "pipefail", "-c", line)
                .directory(folder.toFile())
                .redirectErrorStream(true));
    }

    private static Answer finish(ProcessBuilder command) {
        try {
            Process process = command.start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(process.waitFor(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
        loop.destroy();
    }
}
