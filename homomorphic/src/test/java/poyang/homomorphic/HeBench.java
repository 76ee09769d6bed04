package poyang.homomorphic;

import java.util.List;
import poyang.homomorphic.paillier.PaillierBench;
import poyang.homomorphic.rlwe.LatticeBench;

/// `./poyang bench he --scheme paillier|bfv|ckks [--degree N] [--bits N] [--json]`
public final class HeBench {
    private HeBench() {}

    public static void main(String[] arguments) throws Throwable {
        List<String> all = List.of(arguments);
        boolean json = all.contains("--json");
        String scheme = option(all, "--scheme", "bfv");
        int degree = Integer.parseInt(option(all, "--degree", "8192"));
        switch (scheme) {
            case "bfv" -> LatticeBench.bfv(degree, json);
            case "ckks" -> LatticeBench.ckks(degree, json);
            case "paillier" -> PaillierBench.run(Integer.parseInt(option(all, "--bits", "2048")), json);
            default -> {
                System.err.println("there are three schemes: paillier, bfv, ckks");
                System.exit(2);
            }
        }
    }

    private static String option(List<String> all, String name, String otherwise) {
        int at = all.indexOf(name);
        return at < 0 || at + 1 == all.size() ? otherwise : all.get(at + 1);
    }
}
