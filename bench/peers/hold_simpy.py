"""The hold model over SimPy: the Python side of bench/queue.bench.ts.

Usage: hold_simpy.py INCREMENTS PENDING, with the same file, requests and answers as hold.cc ("OPS" gives "NANOSECONDS
CHECKSUM"). SimPy 3 and 4 are driven through Environment.step() with one Timeout per hold and a plain callback, which is
their fastest way (no generator is resumed). Of SimPy 2, which Debian calls python3-simpy, only processes exist.
"""

import array
import sys
import time

INCREMENTS = 65536


def modern(simpy, increments, pending):
    """A step function and a checksum reader over simpy.Environment."""
    env = simpy.Environment()
    timeout = simpy.events.Timeout
    state = {"draw": 0, "checksum": 0}

    def hold(_event):
        draw = state["draw"]
        state["draw"] = draw + 1
        state["checksum"] += env.now
        timeout(env, increments[draw % INCREMENTS]).callbacks.append(hold)

    for draw in range(pending):
        timeout(env, increments[draw % INCREMENTS]).callbacks.append(hold)
    state["draw"] = pending
    return env.step, lambda: state["checksum"]


def classic(simulation_module, increments, pending):
    """The same over SimPy 2: one process per pending event, as its users write them."""
    sim = simulation_module.Simulation()
    sim.initialize()
    hold = simulation_module.hold
    state = {"draw": 0, "checksum": 0}

    class Holder(simulation_module.Process):
        def run(self):
            while True:
                draw = state["draw"]
                state["draw"] = draw + 1
                yield hold, self, increments[draw % INCREMENTS]
                state["checksum"] += int(sim.now())

    for _ in range(pending):
        process = Holder(sim=sim)
        sim.activate(process, process.run())
    for _ in range(pending):
        sim.step()
    return sim.step, lambda: state["checksum"]


def prepare(increments, pending):
    try:
        import simpy

        if hasattr(simpy, "Environment"):
            return "SimPy " + simpy.__version__, modern(simpy, increments, pending)
    except ImportError:
        pass
    import SimPy
    import SimPy.Simulation

    return "SimPy " + SimPy.__version__, classic(SimPy.Simulation, increments, pending)


def main():
    increments = array.array("I")
    with open(sys.argv[1], "rb") as file:
        increments.fromfile(file, INCREMENTS)
    name, (step, checksum) = prepare(list(increments), int(sys.argv[2]))
    print("ready " + name, flush=True)
    before = checksum()
    for line in sys.stdin:
        count = int(line)
        start = time.thread_time_ns()
        for _ in range(count):
            step()
        spent = time.thread_time_ns() - start
        after = checksum()
        print(spent, int(after - before) % (1 << 48), flush=True)
        before = after


if __name__ == "__main__":
    main()
