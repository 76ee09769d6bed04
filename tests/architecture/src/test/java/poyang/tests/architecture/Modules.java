package poyang.tests.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The reactor as its poms say, and the edge table.
final class Modules {
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
    private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");
    private static final Pattern DEPENDENCY = Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);
    private static final Pattern GROUP = Pattern.compile("<groupId>poyang</groupId>");
    private static final Pattern SCOPE = Pattern.compile("<scope>([^<]+)</scope>");

    private Modules() {}

    static Path home() {
        return Path.of(Objects.requireNonNull(System.getenv("POYANG_HOME"), "POYANG_HOME"));
    }

    static List<String> all() throws IOException {
        return MODULE.matcher(Files.readString(home().resolve("pom.xml")))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /// By module, the modules that its production code is compiled with.
    static Map<String, Set<String>> uses() throws IOException {
        Map<String, String> byArtifact = new TreeMap<>();
        Map<String, String> poms = new TreeMap<>();
        for (String module : all()) {
            String pom = Files.readString(home().resolve(module).resolve("pom.xml"));
            poms.put(module, pom);
            byArtifact.put(ownArtifact(pom), module);
        }
        Map<String, Set<String>> uses = new TreeMap<>();
        poms.forEach((module, pom) -> {
            Set<String> used = new TreeSet<>();
            compiled(pom).forEach(artifact -> used.add(Objects.requireNonNull(byArtifact.get(artifact), artifact)));
            uses.put(module, used);
        });
        return uses;
    }

    private static String ownArtifact(String pom) {
        // The first is the parent's.
        return ARTIFACT.matcher(pom).results().skip(1).findFirst().orElseThrow().group(1);
    }

    private static List<String> compiled(String pom) {
        List<String> artifacts = new ArrayList<>();
        Matcher dependencies = DEPENDENCY.matcher(pom);
        while (dependencies.find()) {
            String dependency = dependencies.group(1);
            Matcher scope = SCOPE.matcher(dependency);
            Matcher artifact = ARTIFACT.matcher(dependency);
            if (GROUP.matcher(dependency).find() && !scope.find() && artifact.find()) {
                artifacts.add(artifact.group(1));
            }
        }
        return artifacts;
    }

    /// By module, what the table allows; `everything` stays as it is.
    static Map<String, Set<String>> allowed() throws IOException {
        Map<String, Set<String>> allowed = new TreeMap<>();
        for (String line : Files.readAllLines(home().resolve("tests/architecture/src/test/resources/edges.txt"))) {
            if (!line.startsWith("#") && !line.isBlank()) {
                String[] parts = line.split(":", 2);
                Set<String> uses = new TreeSet<>(List.of("kernel", "crypto"));
                Stream.of(parts[1].strip().split(" +", -1))
                        .filter(use -> !use.isEmpty())
                        .forEach(uses::add);
                allowed.put(parts[0].strip(), uses);
            }
        }
        return allowed;
    }

    /// Edges that the table does not allow, in words.
    static List<String> violations(Map<String, Set<String>> uses, Map<String, Set<String>> allowed) {
        List<String> violations = new ArrayList<>();
        uses.forEach((module, used) -> {
            Set<String> may = allowed.get(module);
            if (may == null) {
                violations.add(module + " is not in the edge table");
            } else if (!may.contains("everything")) {
                Set<String> extra = new TreeSet<>(used);
                extra.removeAll(may);
                extra.forEach(
                        edge -> violations.add(module + " uses " + edge + ", which the edge table does not allow"));
            }
        });
        return violations;
    }
}
