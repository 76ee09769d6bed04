package poyang.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The house plan and the mechanical part of the house style, as checks over all modules. Each rule is
/// shown to find a breach.
final class HouseRulesTest {
    private static final String FIXTURE = "poyang.tests.architecture.fixture";
    private static final int LINES_MAX = 600;
    private static final int CLASSES_MIN = 300;
    private static final String[] PURE = {
        "poyang.kernel..",
        "poyang.crypto.curve..",
        "poyang.mpc..",
        "poyang.psi..",
        "poyang.zkp..",
        "poyang.pir..",
        "poyang.chain.proofs..",
        "poyang.chain.consensus..",
        "poyang.chain.contract..",
        "poyang.notarization..",
        FIXTURE
    };
    private static final Set<String> CLOCKS_AND_DICE = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.time.Instant.now",
            "java.time.Clock.systemUTC",
            "java.lang.Math.random",
            "java.util.UUID.randomUUID",
            "java.lang.Thread.<init>",
            "java.lang.Thread.ofVirtual",
            "java.lang.Thread.ofPlatform",
            "java.security.SecureRandom.<init>",
            "java.util.concurrent.ThreadLocalRandom.current",
            "java.util.Collection.parallelStream");
    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "^public (?:abstract |final |sealed |non-sealed |static )*(?:class|interface|record|enum) (\\w+)");

    @SuppressWarnings("NullAway.Init") // read before the tests
    private static JavaClasses production;

    @SuppressWarnings("NullAway.Init")
    private static JavaClasses fixture;

    @BeforeAll
    static void read() throws IOException {
        List<Path> folders = new ArrayList<>();
        for (String module : Modules.all()) {
            Path classes = Modules.home().resolve(module).resolve("target/classes");
            if (Files.isDirectory(classes) && !module.startsWith("tests/")) {
                folders.add(classes);
            }
        }
        production = new ClassFileImporter().importPaths(folders).that(new DescribedPredicate<>("our own") {
            @Override
            public boolean test(JavaClass type) {
                return type.getPackageName().startsWith("poyang.")
                        && !type.getPackageName().startsWith("poyang.wire.schema");
            }
        });
        assertTrue(production.size() > CLASSES_MIN, "only " + production.size() + " classes were found");
        fixture = new ClassFileImporter().importPackages(FIXTURE);
        assertFalse(fixture.isEmpty());
    }

    private static void holds(ArchRule rule) {
        rule.check(production);
    }

    private static void findsTheFixture(ArchRule rule) {
        AssertionError found = assertThrows(AssertionError.class, () -> rule.check(fixture));
        assertTrue(found.getMessage().contains("OrderManager"), found.getMessage());
    }

    @Test
    void modulesUseWhatTheEdgeTableAllows() throws IOException {
        Map<String, Set<String>> allowed = Modules.allowed();
        assertEquals(List.of(), Modules.violations(Modules.uses(), allowed));
        assertEquals(Set.of(), difference(allowed.keySet(), Set.copyOf(Modules.all())), "rows without a module");
        Map<String, Set<String>> wrong = new TreeMap<>();
        wrong.put("chain-node/node", new TreeSet<>(Set.of("kernel", "sandbox-executor/host")));
        wrong.put("cellar", Set.of());
        assertEquals(
                List.of(
                        "cellar is not in the edge table",
                        "chain-node/node uses sandbox-executor/host, which the edge table does not allow"),
                Modules.violations(wrong, allowed));
    }

    private static Set<String> difference(Set<String> one, Set<String> other) {
        Set<String> rest = new TreeSet<>(one);
        rest.removeAll(other);
        return rest;
    }

    @Test
    void namesSayWhatIsDifferent() {
        ArchRule rule = noClasses()
                .should()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveNameMatching(".*(Manager|Util|Utils|Helper|Processor|Data|Info)$");
        holds(rule);
        findsTheFixture(rule);
    }

    @Test
    void machinesAndProtocolsHaveNoClockNoDiceAndNoThreads() {
        ArchRule rule = noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .accessTargetWhere(new DescribedPredicate<JavaAccess<?>>("a clock, a die or a thread") {
                    @Override
                    public boolean test(JavaAccess<?> access) {
                        return CLOCKS_AND_DICE.contains(access.getTargetOwner().getName() + "."
                                + access.getTarget().getName());
                    }
                });
        holds(rule);
        findsTheFixture(rule);
    }

    @Test
    void consensusAndContractsHaveNoUnorderedCollections() {
        ArchRule rule = noClasses()
                .that()
                .resideInAnyPackage(
                        "poyang.chain.consensus..", "poyang.chain.ledger..", "poyang.notarization..", FIXTURE)
                .should()
                .accessTargetWhere(new DescribedPredicate<JavaAccess<?>>("a hash map or hash set is made") {
                    @Override
                    public boolean test(JavaAccess<?> access) {
                        return access.getTarget().getName().equals("<init>")
                                && Set.of("java.util.HashMap", "java.util.HashSet")
                                        .contains(access.getTargetOwner().getName());
                    }
                });
        holds(rule);
        findsTheFixture(rule);
    }

    @Test
    void pureRoomsKnowNoWireAndNoLog() {
        holds(noClasses()
                .that()
                .resideInAnyPackage(
                        "poyang.kernel..",
                        "poyang.crypto..",
                        "poyang.psi..",
                        "poyang.zkp..",
                        "poyang.chain.proofs..",
                        "poyang.chain.consensus..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..", "io.grpc..", "com.google.protobuf..", "org.slf4j..", "java.util.logging.."));
        holds(noClasses()
                .that()
                .resideInAPackage("poyang.chain..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "poyang.executor..", "poyang.notarization..", "poyang.dashboard..", "poyang.connectors.."));
        holds(noClasses()
                .that()
                .resideOutsideOfPackages("poyang.simulation..", "poyang.connectors.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("poyang.simulation..", "org.junit.."));
        AssertionError found = assertThrows(
                AssertionError.class,
                () -> noClasses()
                        .that()
                        .resideInAPackage("poyang.wire.transport..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("io.netty..")
                        .check(production));
        assertTrue(found.getMessage().contains("Transport"), "the rule can see");
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> bare = new TreeSet<>();
        for (JavaClass type : production) {
            if (!type.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked")) {
                bare.add(type.getPackageName());
            }
        }
        assertEquals(Set.of(), bare);
        assertFalse(fixture.get(FIXTURE + ".OrderManager")
                .getPackage()
                .isAnnotatedWith("org.jspecify.annotations.NullMarked"));
    }

    @Test
    void mostTypesAreHidden() {
        List<JavaClass> top = production.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .toList();
        long hidden = top.stream()
                .filter(type -> !type.getModifiers().contains(JavaModifier.PUBLIC))
                .count();
        assertTrue(3 * hidden >= top.size(), hidden + " of " + top.size() + " top-level types are hidden");
    }

    @Test
    void theConsoleServerHoldsNoPersonsKey() {
        opensNothing("poyang.dashboard..").check(production);
        AssertionError found = assertThrows(
                AssertionError.class, () -> opensNothing("poyang.network..").check(production));
        assertTrue(found.getMessage().contains("MainJob"), "the rule can see");
    }

    private static ArchRule opensNothing(String rooms) {
        return noClasses()
                .that()
                .resideInAPackage(rooms)
                .should()
                .dependOnClassesThat()
                .haveNameMatching("poyang\\.crypto\\.(Sm2PrivateKey|SealedBox|PrivateKeyFile)");
    }

    @Test
    void filesAreShortAndPublicTypesAreDescribed() throws IOException {
        List<String> faults = new ArrayList<>();
        for (String module : Modules.all()) {
            Path source = Modules.home().resolve(module).resolve("src/main/java");
            if (Files.isDirectory(source)) {
                try (Stream<Path> files = Files.walk(source)) {
                    for (Path file :
                            files.filter(f -> f.toString().endsWith(".java")).toList()) {
                        faults.addAll(faults(file.getFileName().toString(), Files.readAllLines(file)));
                    }
                }
            }
        }
        assertEquals(List.of(), faults);
        List<String> long601 = new ArrayList<>(Collections.nCopies(LINES_MAX, ""));
        long601.add("public final class Bare {");
        assertEquals(
                List.of("Long.java has 601 lines", "Bare in Long.java has no description"),
                faults("Long.java", long601));
    }

    private static List<String> faults(String name, List<String> lines) {
        List<String> faults = new ArrayList<>();
        if (lines.size() > LINES_MAX) {
            faults.add(name + " has " + lines.size() + " lines");
        }
        for (int i = 0; i < lines.size(); i++) {
            var type = PUBLIC_TYPE.matcher(lines.get(i));
            if (type.find()) {
                if (lines.subList(0, i).stream().noneMatch(line -> line.startsWith("/// "))) {
                    faults.add(type.group(1) + " in " + name + " has no description");
                }
            }
        }
        return faults;
    }
}
