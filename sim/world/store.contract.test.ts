import { rootStream, stream } from "../../src/base/random.ts";
import { ownershipStoreContract } from "../../src/adapters/contract/ownership-store.fixture.ts";
import { ASKERS, type MakeStore } from "../../src/adapters/contract/store-clerk.fixture.ts";
import { Machines } from "./machines.ts";
import { EVENT, EventQueue } from "./queue.ts";
import { type Answered, type Asked, SimStore } from "./store.ts";

const NETWORK = {
  placeRegion: [0],
  rttMs: [8],
  playerAccessMs: { law: "constant", value: 5 },
  hostAccessMs: { law: "constant", value: 5 },
  jitterMs: 0,
  loss: 0,
  burst: null,
} as const;

/** The simulated store on its own, with the part of the world's loop that it needs. Requests overtake each other: latencies are drawn. */
const simulated: MakeStore = (answer) => {
  const machines = new Machines(ASKERS.length, 0, NETWORK);
  const queue = new EventQueue();
  const store = new SimStore(machines, queue, {}, stream(rootStream(1, 2), "store"), { latencyMs: { law: "uniform", min: 1, max: 30 } });
  return {
    port: store,
    settle() {
      while (queue.pop()) {
        if (queue.kind === EVENT.storeApply) store.apply(queue.object as Asked, queue.number);
        else answer(machines.actor(queue.target), (queue.object as Answered).request, (queue.object as Answered).answer);
      }
    },
    promote: () => store.table.promote(),
    forgetVolatile: () => store.table.forgetVolatile(),
    mood(mood) {
      store.weather.fail = mood === "failed" ? 1 : 0;
      store.weather.refuse = mood === "refused" ? 1 : 0;
      store.weather.unknown = mood === "unknown" ? 1 : 0;
    },
  };
};

ownershipStoreContract("simulated", simulated);
