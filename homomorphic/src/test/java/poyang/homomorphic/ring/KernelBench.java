package poyang.homomorphic.ring;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import poyang.homomorphic.Turns;

/// The transform, its twins, and scalar C beside it where there is a compiler.
public final class KernelBench {
    private KernelBench() {}

    public static void add(Turns turns, int degree, int bits) throws IOException, InterruptedException {
        Modulus modulus = Modulus.chain(degree, bits).getFirst();
        Twiddles twiddles = new Twiddles(modulus, degree);
        double[] vector = new double[degree];
        double[] scalar = new double[degree];
        for (int i = 0; i < degree; i++) {
            vector[i] = i;
            scalar[i] = i;
        }
        long psi = modulus.root(2L * degree);
        ShoupTransform shoup = new ShoupTransform(modulus.value(), psi, degree);
        long[] integers = new long[degree];
        turns.add("ntt_forward", () -> VectorTransform.forward(twiddles, vector))
                .add("ntt_inverse", () -> VectorTransform.inverse(twiddles, vector))
                .add("ntt_forward_scalar_twin", () -> ScalarTransform.forward(twiddles, scalar))
                .add("ntt_forward_shoup_java", () -> shoup.forward(integers));
        MethodHandle c = compiled();
        if (c != null) {
            long[] roots = new long[degree];
            long[] quotients = new long[degree];
            for (int i = 0; i < degree; i++) {
                roots[i] = modulus.canonical(twiddles.root[i]);
                quotients[i] = BigInteger.valueOf(roots[i])
                        .shiftLeft(Long.SIZE)
                        .divide(BigInteger.valueOf(modulus.value()))
                        .longValue();
            }
            long[] row = new long[degree];
            MemorySegment a = MemorySegment.ofArray(row);
            MemorySegment w = MemorySegment.ofArray(roots);
            MemorySegment q = MemorySegment.ofArray(quotients);
            turns.add("ntt_forward_scalar_c", () -> call(c, a, w, q, degree, modulus.value()));
        }
    }

    private static void call(
            MethodHandle c, MemorySegment a, MemorySegment w, MemorySegment q, long degree, long prime) {
        try {
            c.invokeExact(a, w, q, degree, prime);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("restricted")
    private static @Nullable MethodHandle compiled() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("poyang-bench");
        Path source = folder.resolve("ntt.c");
        Path library = folder.resolve("ntt.so");
        try (InputStream in = KernelBench.class.getResourceAsStream("/poyang/homomorphic/ntt.c")) {
            if (in == null) {
                return null;
            }
            Files.write(source, in.readAllBytes());
        }
        try {
            Process gcc = new ProcessBuilder(
                            "gcc",
                            "-O3",
                            "-march=native",
                            "-fno-tree-vectorize",
                            "-shared",
                            "-fPIC",
                            "-o",
                            library.toString(),
                            source.toString())
                    .inheritIO()
                    .start();
            if (gcc.waitFor() != 0) {
                return null;
            }
        } catch (IOException e) {
            return null; // no compiler here
        }
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                symbols.findOrThrow("forward"),
                FunctionDescriptor.ofVoid(
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.critical(true));
    }
}
