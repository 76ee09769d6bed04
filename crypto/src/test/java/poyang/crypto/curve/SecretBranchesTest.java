package poyang.crypto.curve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// No code that an operation on a secret reaches branches on data, as far as byte code shows it.
///
/// From the operations on secrets, all calls into this module's arithmetic and hashing are followed. Each
/// branch found has to be that of a counted loop: a variable, set only to constants and stepped only by
/// constants, beside a constant. All other branches are counted and stand, with the public value they
/// depend on, in {@link #PUBLIC}; a new one breaks the test until somebody has judged it. Divisions, whose
/// time depends on the operands on many processors, must be by a constant.
///
/// It does not see table indices, nor what the virtual machine makes of the code: `ConstantTime` measures
/// that.
final class SecretBranchesTest {
    private static final String HERE = "poyang/crypto/curve/";

    private static final List<String> ROOTS = List.of(
            HERE + "Sm2Secret.<init>",
            HERE + "Sm2Secret.of",
            HERE + "Sm2Secret.sign",
            HERE + "Sm2Secret.times",
            HERE + "Sm2Secret.timesBase",
            HERE + "Sm2Secret.plusMultiple",
            HERE + "Sm2Scalar.of",
            HERE + "Sm2Group.multiply",
            HERE + "Curve25519.multiply",
            HERE + "Curve25519.hashToCurve",
            HERE + "Curve25519Scalar.inverse",
            "poyang/crypto/block/Sm3Compression.compress");

    /// Branches that are not those of counted loops, by method: how many, and on what.
    private static final Map<String, Integer> PUBLIC = Map.ofEntries(
            // positions of bits in words
            Map.entry("Inversion.join", 2),
            Map.entry("Inversion.split", 2),
            Map.entry("SecretComb.digit", 2),
            Map.entry("Sm2Scalar.digit", 3),
            // the bits of ℓ − 2
            Map.entry("Order25519.invert", 2),
            // how many points, entries and blocks there are
            Map.entry("Curve25519.hashToCurve", 3),
            Map.entry("Curve25519.multiply", 3),
            Map.entry("Curve25519.quotients", 1),
            Map.entry("Field.invertAll", 3),
            Map.entry("Field25519.invertAll", 3),
            Map.entry("Field25519.reduceWide", 1),
            Map.entry("Field25519.squares", 1),
            Map.entry("Sm2Group.multiply", 3),
            Map.entry("OddMultiples.of", 3),
            Map.entry("OddMultiples.fill", 1),
            Map.entry("OddMultiples.product", 1),
            Map.entry("OddMultiples.toAffine", 1),
            Map.entry("Sm2Group.toAffine", 1),
            Map.entry("SecretLanes.multiply", 2),
            Map.entry("Sum.addSecret", 1),
            Map.entry("Sm3Compression.compress", 1),
            // how many multiples were asked for, and which form they take
            Map.entry("Pace.did", 3),
            Map.entry("Pace.due", 1),
            Map.entry("SecretBase.multiply", 2),
            // a key or nonce out of range: the answer is shown, and no for random ones but 1 in 2^190
            Map.entry("Order.isBelow", 1),
            Map.entry("Order.isZero", 1),
            Map.entry("SecretComb.accepts", 1),
            Map.entry("Sm2Scalar.inRange", 2),
            Map.entry("Sm2Secret.of", 2),
            Map.entry("Sm2Secret.sign", 5),
            Map.entry("Sum.toAffine", 2),
            // two hashes that met, once in 2^253
            Map.entry("Curve25519.sum", 1),
            // closing what was opened
            Map.entry("Sm2Secret.times", 2));

    private static Map<String, MethodModel> methods(String owner) throws IOException {
        Map<String, MethodModel> methods = new TreeMap<>();
        try (InputStream in = SecretBranchesTest.class.getResourceAsStream("/" + owner + ".class")) {
            byte[] bytes = Objects.requireNonNull(in, owner).readAllBytes();
            for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
                methods.put(
                        owner + "." + method.methodName().stringValue()
                                + method.methodType().stringValue(),
                        method);
            }
        }
        return methods;
    }

    /// All methods of the arithmetic and hashing packages that the roots reach.
    private static Map<String, MethodModel> reached() throws IOException {
        Map<String, MethodModel> reached = new TreeMap<>();
        Deque<String> open = new ArrayDeque<>();
        for (String root : ROOTS) {
            String owner = root.substring(0, root.lastIndexOf('.'));
            methods(owner).keySet().stream()
                    .filter(name -> name.startsWith(root + "("))
                    .forEach(open::add);
        }
        assertTrue(open.size() >= ROOTS.size(), "a root is gone: " + open);
        while (!open.isEmpty()) {
            String name = open.remove();
            MethodModel method = methods(name.substring(0, name.indexOf('.'))).get(name);
            if (method == null || method.code().isEmpty() || reached.put(name, method) != null) {
                continue;
            }
            for (CodeElement element : method.code().get()) {
                if (element instanceof InvokeInstruction call) {
                    String owner = call.owner().asInternalName();
                    if (owner.startsWith(HERE) || owner.startsWith("poyang/crypto/block/")) {
                        open.add(owner + "." + call.name().stringValue()
                                + call.type().stringValue());
                    }
                }
            }
        }
        return reached;
    }

    /// Local variables that are only set to constants and stepped by constants.
    private static Set<Integer> counters(List<Instruction> code) {
        Set<Integer> counters = new TreeSet<>();
        Set<Integer> others = new TreeSet<>();
        for (int i = 0; i < code.size(); i++) {
            if (code.get(i) instanceof StoreInstruction store && store.typeKind() == TypeKind.INT) {
                boolean constant = i > 0 && code.get(i - 1) instanceof ConstantInstruction;
                (constant ? counters : others).add(store.slot());
            }
        }
        counters.removeAll(others);
        return counters;
    }

    private static boolean isCounter(Instruction instruction, Set<Integer> counters) {
        return instruction instanceof LoadInstruction load && counters.contains(load.slot());
    }

    /// Is the branch at `at` that of a counted loop?
    private static boolean isLoop(List<Instruction> code, int at, Set<Integer> counters) {
        Instruction before = code.get(at - 1);
        boolean two = ((BranchInstruction) code.get(at)).opcode().name().startsWith("IF_ICMP");
        return two
                ? before instanceof ConstantInstruction && isCounter(code.get(at - 2), counters)
                : isCounter(before, counters);
    }

    private static List<Instruction> instructions(CodeModel code) {
        return code.elementList().stream()
                .filter(Instruction.class::isInstance)
                .map(Instruction.class::cast)
                .toList();
    }

    private static int otherBranches(CodeModel model) {
        List<Instruction> code = instructions(model);
        Set<Integer> counters = counters(code);
        int others = 0;
        for (int i = 0; i < code.size(); i++) {
            Instruction instruction = code.get(i);
            if (instruction instanceof BranchInstruction branch) {
                boolean jump = branch.opcode() == Opcode.GOTO || branch.opcode() == Opcode.GOTO_W;
                others += jump || isLoop(code, i, counters) ? 0 : 1;
            } else if (instruction instanceof TableSwitchInstruction
                    || instruction instanceof LookupSwitchInstruction) {
                others++;
            } else if (instruction instanceof OperatorInstruction operator
                    && Set.of(Opcode.IDIV, Opcode.LDIV, Opcode.IREM, Opcode.LREM)
                            .contains(operator.opcode())) {
                others += code.get(i - 1) instanceof ConstantInstruction ? 0 : 1;
            }
        }
        return others;
    }

    @Test
    void whatSecretsReachBranchesOnNothingSecret() throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        Map<String, MethodModel> reached = reached();
        reached.forEach((name, method) -> {
            int others = otherBranches(method.code().orElseThrow());
            if (others > 0) {
                String plain = name.substring(0, name.indexOf('('));
                found.merge(plain.substring(plain.lastIndexOf('/') + 1), others, Integer::sum);
            }
        });
        assertTrue(reached.size() > 50, "only " + reached.keySet());
        assertEquals(new TreeMap<>(PUBLIC), found);
    }

    /// The control: the leaky multiplication has a branch on a bit of the scalar.
    @Test
    void aBranchOnABitIsFound() throws IOException {
        MethodModel leaky = methods(HERE + "CurveSubjects").get(HERE + "CurveSubjects.leakyDoubleAndAdd()I");
        assertTrue(otherBranches(Objects.requireNonNull(leaky).code().orElseThrow()) > 0);
    }
}
