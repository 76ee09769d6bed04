package poyang.network;

import poyang.kernel.PoyangException;

/// What can happen to a validator as a process.
enum ProcessFault implements Fault {
    /// As by `kill -9`, in the middle of whatever it did.
    KILLED {
        @Override
        public void strike(Scene scene, int victim) throws InterruptedException {
            scene.network().validator(victim).kill();
            scene.last();
            scene.network().restart(victim);
        }
    },
    /// As by `kill -STOP`: it says nothing, and later goes on as if nothing had been.
    STOPPED {
        @Override
        public void strike(Scene scene, int victim) throws InterruptedException {
            Child child = scene.network().validator(victim);
            signal(child, "-STOP");
            scene.last();
            signal(child, "-CONT");
        }
    },
    /// No file of it may grow: it must stop by itself rather than go on without its disk.
    FULL {
        @Override
        public void strike(Scene scene, int victim) {
            leaveNoRoom(scene.network().validator(victim), scene.seconds() + 30L);
            scene.network().restart(victim);
        }
    };

    /// From now on no file of the process may be longer than its first page, which is what a full disk does to appends.
    ///
    /// @throws PoyangException `SET_UP_FAILED` when it has not stopped after so many seconds
    static void leaveNoRoom(Child victim, long mostSeconds) {
        SystemCommand.run("prlimit", "--pid", pid(victim), "--fsize=4096:4096");
        if (!victim.awaitExit(mostSeconds)) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    victim.name() + " went on although it could write nothing",
                    "it must stop");
        }
    }

    private static void signal(Child child, String signal) {
        SystemCommand.run("kill", signal, pid(child));
    }

    private static String pid(Child child) {
        return Long.toString(child.handle().pid());
    }
}
