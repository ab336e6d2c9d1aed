import { describe, expect, it } from "vitest";
import { hashedVector } from "../embedding/hashed.ts";
import { embeddedText } from "../embedding/payload.ts";
import { MemoryMainServer } from "../memory/main-server.ts";
import type { Operation } from "../../core/protocol/operations.ts";
import type { MainServerAnswer, MainServerAsk, MainServerPort, WriteAsk } from "../../runtime/main-server.ts";

/** Who asks over the port under test. */
export const ASKING_HOST = 1_000_123;

/** A way to a server for {@link ASKING_HOST}; `until` gives a time that is far enough away. */
export type MainServerRig = {
  readonly name: string;
  open(server: MemoryMainServer): Promise<{ readonly port: MainServerPort; readonly until: () => number; close(): Promise<void> }>;
};

/** An operation with a text as its data. */
export function operationOf(id: string, text: string, change: Partial<Operation> = {}): Operation {
  return {
    id,
    type: "ITEM_DROP",
    number: 0,
    carried: null,
    player: 7,
    at: 1_700_000_000_000,
    data: new TextEncoder().encode(text),
    ...change,
  };
}

/** A write without a right. */
export function writeOf(operations: readonly Operation[], change: Partial<WriteAsk> = {}): WriteAsk {
  return { verb: "write", map: "moc_fild01", epoch: null, critical: false, operations, ...change };
}

const fetchOf = (map: string, type: Operation["type"] = "ITEM_DROP", player = 7): MainServerAsk => ({
  verb: "fetch",
  critical: false,
  map,
  type,
  player,
});

type Body = (server: MemoryMainServer, ask: (ask: MainServerAsk) => Promise<MainServerAnswer>) => Promise<void>;
type WithServer = (body: Body) => Promise<void>;

/** What every way to a main server does, whoever carries it. */
export function mainServerContract(rig: MainServerRig): void {
  const withServer = async (body: Body): Promise<void> => {
    const server = new MemoryMainServer({ judge: (_host, _map, { id }) => !id.startsWith("lie") });
    const { port, until, close } = await rig.open(server);
    try {
      await body(server, (ask) => new Promise((resolve) => port.ask(ask, until(), resolve)));
    } finally {
      await port.close();
      await close();
    }
  };

  describe(`${rig.name}: the contract of ways to a main server`, () => {
    valueRules(withServer);
    rightRules(withServer);
    orderRules(withServer);
    endRules(rig);
  });
}

function valueRules(withServer: WithServer): void {
  it("SY1 an id is applied once, whatever comes with it, and each operation is told what became of it", () =>
    withServer(async (server, ask) => {
      const first = await ask(writeOf([operationOf("a", "1"), operationOf("b", "2")]));
      expect(first).toEqual({ result: "written", verdicts: ["applied", "applied"] });
      const again = await ask(writeOf([operationOf("b", "3"), operationOf("lie", "4"), operationOf("c", "5")]));
      expect(again).toEqual({ result: "written", verdicts: ["duplicate", "refused", "applied"] });
      expect(["a", "b", "c", "lie"].map((id) => server.applied(id))).toEqual([true, true, true, false]);
    }));

  it("the latest value of a key comes back to the byte, also an empty one; null where there is none", () =>
    withServer(async (_, ask) => {
      const largest = "x".repeat(49_152);
      await ask(writeOf([operationOf("a", "old"), operationOf("b", "new ü")]));
      await ask(writeOf([operationOf("c", "", { type: "HOST_METRICS", player: -1 })], { map: "" }));
      await ask(writeOf([operationOf("d", largest, { type: "SECURITY_VALIDATION" })]));
      const read = async (fetch: MainServerAsk): Promise<string | null> => {
        const answer = await ask(fetch);
        return answer.result === "fetched" && answer.value !== null ? new TextDecoder().decode(answer.value) : null;
      };
      expect(await read(fetchOf("moc_fild01"))).toBe("new ü");
      expect(await read(fetchOf("", "HOST_METRICS", -1))).toBe("");
      expect(await read(fetchOf("moc_fild01", "SECURITY_VALIDATION"))).toBe(largest);
      expect(await ask(fetchOf("prontera"))).toEqual({ result: "fetched", value: null });
    }));
}

function rightRules(withServer: WithServer): void {
  it("HO3 CL2 the state of an owned map is written under its owner's right, whole or not at all; what is said about it needs none", () =>
    withServer(async (server, ask) => {
      const epoch = server.give("moc_fild01", ASKING_HOST);
      const mine = (ids: readonly string[], under = epoch): WriteAsk =>
        writeOf(
          ids.map((id) => operationOf(id, id)),
          { epoch: under },
        );
      expect(await ask(mine(["a", "lie"]))).toEqual({ result: "written", verdicts: ["applied", "refused"] });
      expect(await ask(writeOf([operationOf("b", "b"), operationOf("c", "c", { type: "CHAT_MESSAGE" })]))).toEqual({
        result: "written",
        verdicts: ["refused", "applied"],
      });
      const next = server.give("moc_fild01", ASKING_HOST + 1);
      const fenced = { result: "fenced", owner: ASKING_HOST + 1, epoch: next, known: [true, false] };
      expect(await ask(mine(["a", "d"]))).toEqual(fenced);
      expect(await ask(mine(["a", "d"], next))).toEqual(fenced);
      expect(server.applied("d")).toBe(false);
    }));

  it("CL4 stored vectors are found by distance, of a map or of all, with the beginning of their text", () =>
    withServer(async (_, ask) => {
      const [near, far] = ["a poring drops a jellopy", "ü".repeat(3_000)];
      const stored = (id: string, text: string): Operation =>
        operationOf(id, embeddedText({ model: "m", text, vector: hashedVector(text) }), { type: "VECTOR_EMBEDDING" });
      await ask(writeOf([stored("a", near)]));
      await ask(writeOf([stored("b", far), operationOf("c", "no vector", { type: "VECTOR_EMBEDDING" })], { map: "prontera" }));
      const search = { verb: "search", model: "m", vector: hashedVector(near), count: 2, map: null } as const;
      const all = await ask(search);
      expect(all).toMatchObject({ result: "found", found: [{ id: "a", map: "moc_fild01", player: 7, text: near }, { id: "b" }] });
      expect(all.result === "found" && all.found[0]!.distance).toBeCloseTo(0, 6);
      expect(all.result === "found" && all.found[1]!.text).toBe("ü".repeat(1_024));
      expect(await ask({ ...search, map: "prontera", count: 1 })).toMatchObject({ result: "found", found: [{ id: "b" }] });
      expect(await ask({ ...search, model: "other" })).toEqual({ result: "found", found: [] });
    }));
}

function orderRules(withServer: WithServer): void {
  it("many asks at once are each answered, in the order of asking", () =>
    withServer(async (server, ask) => {
      const order: number[] = [];
      await Promise.all(
        Array.from({ length: 300 }, (_, i) => ask(writeOf([operationOf(`n${i}`, String(i))])).then(() => void order.push(i))),
      );
      expect(order).toEqual(Array.from({ length: 300 }, (_, i) => i));
      expect(server.applied("n299")).toBe(true);
    }));
}

function endRules(rig: MainServerRig): void {
  it("an ask after the end is answered, and is done never", async () => {
    const server = new MemoryMainServer();
    const { port, until, close } = await rig.open(server);
    await port.close();
    await port.close();
    const answer = await new Promise((resolve) => port.ask(writeOf([operationOf("a", "1")]), until(), resolve));
    expect([answer, server.applied("a"), port.status().state]).toEqual([{ result: "failed" }, false, "closed"]);
    await close();
  });
}
