import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { decimal } from "../../../src/base/text/decimal.ts";
import type { Law } from "../../../src/base/laws.ts";
import type { LawUnit } from "./law-text.ts";
import { loaded, points } from "./files.fixture.ts";
import { microseconds, perSecond, timeIn } from "./quantity.ts";
import { lawYaml } from "./write-law.ts";
import { percentText, plainDecimal, rateText, timeInText, timeText } from "./write-quantity.ts";
import { scenarioText } from "./write.ts";
import { fieldsOf, yamlText } from "./write-yaml.ts";
import type { Yaml } from "./write-yaml.ts";

const BASES = ["smoke/churn", "capacity/five-hundred", "chaos/restart-storm", "chaos/swarm"];
const positive = fc.double({ min: 1e-6, max: 1e9, noNaN: true, noDefaultInfinity: true });
const amount = fc.double({ min: 0, max: 1e12, noNaN: true, noDefaultInfinity: true }).map((value) => Math.abs(value));
const share = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => Math.abs(value));
const units = fc.constantFrom("us", "ms", "s", "m", "h", "d");
const time = fc
  .tuple(
    fc.oneof(
      fc.nat(5000),
      positive.filter((value) => value < 5000),
    ),
    units,
  )
  .map(([number, unit]) => `${plainDecimal(number)}${unit}`);
const longTime = fc.tuple(fc.integer({ min: 1, max: 90 }), fc.constantFrom("s", "m", "h")).map(([number, unit]) => `${number}${unit}`);
const weight = fc.oneof(fc.nat(1000).map(String), amount.filter((value) => value > 0).map(String));

const lifeLaw = fc.oneof(
  longTime,
  fc.tuple(longTime, fc.constantFrom("0s", "1us", "3ms")).map(([to, from]) => `uniform(${from}, ${to})`),
  time.filter((text) => microseconds(text)! > 0).map((mean) => `exponential(${mean})`),
  fc.tuple(fc.double({ min: 0.2, max: 4, noNaN: true }), longTime).map(([shape, scale]) => `weibull(${shape}, ${scale})`),
  fc
    .tuple(fc.double({ min: -2, max: 4, noNaN: true }), fc.double({ min: 0, max: 2, noNaN: true }), units)
    .map(([mu, sigma, unit]) => `lognormal(${mu}, ${sigma}, ${unit})`),
);
const percents = fc.uniqueArray(
  fc.oneof(
    fc.integer({ min: 1, max: 99 }),
    fc.integer({ min: 1, max: 999 }).map((n) => n / 10),
  ),
  { minLength: 2, maxLength: 8 },
);
const table = (value: fc.Arbitrary<number>, unit: string) =>
  fc.tuple(percents, fc.array(value, { minLength: 8, maxLength: 8 })).map(([p, values]) => {
    const rising = values.toSorted((a, b) => a - b);
    return `'quantiles(${p
      .toSorted((a, b) => a - b)
      .map((percent, i) => `${percent}: ${plainDecimal(rising[i]!)}${unit}`)
      .join(", ")})'`;
  });
const timeLaw = fc.oneof(
  lifeLaw,
  table(
    amount.filter((value) => value < 1e6),
    "ms",
  ),
  table(fc.nat(500), "us"),
  fc.tuple(time, time, weight).map(([a, b, w]) => (a === b ? a : `{${a}: 1, ${b}: ${w}}`)),
  fc.tuple(table(fc.nat(500), "ms"), time).map(([a, b]) => `{regions: {NA: ${a}, EU: ${b}, OCEANIA: ${b}}}`),
);
const plainLaw = fc.oneof(
  amount.map(String),
  fc.tuple(amount, amount).map(([a, b]) => `uniform(${Math.min(a, b)}, ${Math.max(a, b)})`),
  table(amount, ""),
  fc.tuple(fc.nat(100), weight).map(([a, w]) => `{${a + 1000}: 1, ${a}: ${w}, ${a + 7}.5: 2}`),
);
const lineNumber = amount.map(String);

/** What `--set` may say of a scenario with the regions NA, EU and OCEANIA. Each is a path with its values. */
const SETTABLE: Readonly<Record<string, fc.Arbitrary<string>>> = {
  duration: longTime,
  settle: time,
  fidelity: fc.constantFrom("control", "game"),
  "game.fieldSide": fc.integer({ min: 20, max: 512 }).map(String),
  "game.clicks": timeLaw,
  heartbeats: fc.constantFrom("lazy", "eager"),
  mode: fc.constantFrom("capacity", "[safety, liveness]", "soak"),
  draws: fc.constantFrom("smoke/other", "Another: one, #2", "1e3", "null"),
  planted: fc.constantFrom("[no-fence]", "[tie-by-arrival, release-lost]"),
  "series.step": time,
  "store.latency": timeLaw,
  "fleet.regions": fc
    .array(fc.tuple(weight, weight), { minLength: 3, maxLength: 3 })
    .map(
      (parts) => `{${["NA", "EU", "OCEANIA"].map((name, i) => `${name}: {players: ${parts[i]![0]}, hosts: ${parts[i]![1]}}`).join(", ")}}`,
    ),
  "fleet.hosts.count": fc.nat(1000).map(String),
  "fleet.hosts.upload": plainLaw,
  "fleet.hosts.uploadShare": share.filter((value) => value > 0).map(String),
  "fleet.hosts.jitter": timeLaw,
  "fleet.hosts.uptime": fc.oneof(lifeLaw, fc.constant("always")),
  "fleet.hosts.downtime": lifeLaw,
  "fleet.hosts.hardware.cpuGhz": plainLaw,
  "fleet.hosts.hardware.frameTime": timeLaw,
  "fleet.hosts.leave": fc.tuple(weight, weight, weight).map(([a, b, c]) => `{polite: ${a}, close: ${b}, silent: ${c}1}`),
  "fleet.hosts.metricsNoise": share.map(String),
  "fleet.players.session": lifeLaw,
  "fleet.players.stay": lifeLaw,
  "fleet.players.reconnect": timeLaw,
  "fleet.players.scale": fc.double({ min: 0.001, max: 20, noNaN: true }).map(String),
  "fleet.maps.popularity": fc.double({ min: 0, max: 3, noNaN: true }).map((s) => `zipf(${s})`),
  "fleet.maps.list": fc
    .array(fc.tuple(fc.boolean(), lineNumber), { minLength: 1, maxLength: 5 })
    .map(
      (maps) =>
        `[${maps.map(([eligible, popularity], i) => `{name: m${i}, eligible: ${eligible}, popularity: ${popularity}1}`).join(", ")}]`,
    ),
  "network.playerAccess": timeLaw,
  "network.jitter": time.map((text) => `laplace(${text})`),
  "network.loss": fc.oneof(share.map(String), fc.constant("gilbert(0.01, 0.8)")),
  "vps.sites": fc.constantFrom("[{region: EU, slots: 400}]", "[{region: NA, slots: 1, place: NA}, {region: EU, slots: 300}]"),
  "conf.realtime_gaming.latency_weight": lineNumber,
  "conf.relays": fc.constant("{EU: '1.2.3.4:5', NA: relay.example}"),
  "tuning.betterRealtime": positive.map(String),
  "faults.buggify": fc.tuple(share, share).map(([active, fires]) => `{active: ${active}, fires: ${fires}}`),
  "faults.plan": fc
    .array(
      fc.oneof(
        fc
          .tuple(time, share)
          .map(
            ([length, part]) => `{kind: loss-burst, at: 5ms, for: ${length}, amount: ${part}, target: "hosts[region=EU]|${part * 100}%"}`,
          ),
        fc.tuple(time, fc.boolean()).map(([gap, close]) => `{kind: crash, every: poisson(1${gap}), target: host.3, close: ${close}}`),
        fc
          .tuple(time, fc.constantFrom("source", "target"), fc.constantFrom("frozen", "decided"))
          .map(([after, end, step]) => `{kind: rebind, at: 1s, target: move.${end}, on: ${step}, after: ${after}}`),
        fc.constantFrom("{kind: leave, at: 1us, target: 17%}", "{kind: pause, at: 1s, for: 1m, target: 3}", "{kind: player-drop, at: 0s}"),
      ),
      { maxLength: 4 },
    )
    .map((faults) => `[${faults.join(", ")}]`),
};

const sets = fc
  .uniqueArray(fc.constantFrom(...Object.keys(SETTABLE)), { minLength: 1, maxLength: 8 })
  .chain((paths) => fc.tuple(...paths.map((path) => SETTABLE[path]!.map((value) => `${path}=${value}`))));

describe("a scenario with anything set", () => {
  it("written and read again has the same options", () => {
    let read = 0;
    fc.assert(
      fc.property(fc.constantFrom(...BASES), sets, (base, given) => {
        const regions = given.some((set) => set.startsWith("fleet.regions=")) ? [] : ["fleet.regions=osrs-worlds"];
        const answer = loaded(`extends: ${base}\n`, { sets: [...regions, ...given] });
        // Some settings do not go together; those are another test's.
        if (!answer.ok) return;
        read += 1;
        const { options } = answer.value[0]!;
        expect(points(scenarioText(options, 1, []))[0]!.options).toEqual(options);
      }),
      { numRuns: 100 },
    );
    expect(read).toBeGreaterThan(50);
  }, 60_000);
});

describe("quantities", () => {
  it("times of whole microseconds, to the last one", () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(10_000_000), fc.maxSafeNat()), (us) => {
        expect(Math.round(microseconds(timeText(us))!)).toBe(us);
      }),
    );
    const usual = [0, 1, 2500, 250_000, 100_000, 1_500_000, 90_000_000, 60_000_000, 5_400_000_000, 39_096_000_000, 864_000_000_000];
    expect(usual.map(timeText)).toEqual(["0s", "1us", "2.5ms", "250ms", "100ms", "1.5s", "90s", "1m", "90m", "10.86h", "10d"]);
  });

  it("any number of milliseconds or seconds, any rate, to the last bit", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map(Math.abs),
        fc.constantFrom("ms" as const, "s" as const),
        (value, unit) => {
          expect(timeIn(timeInText(value, unit), unit)).toBe(value);
          expect(perSecond(rateText(value))).toBe(value);
          expect(Number(plainDecimal(value))).toBe(value);
        },
      ),
    );
    expect([timeInText(0.0005, "ms"), timeInText(12.3456, "ms"), timeInText(36_000, "s"), timeInText(1e-9, "s")]).toEqual([
      "0.5us",
      "12.3456ms",
      "10h",
      "0.001us",
    ]);
    expect([rateText(20), rateText(5 / 3600), rateText(0), rateText(1 / 3)]).toEqual(["20/s", "5/h", "0/s", "20/m"]);
  });

  it("shares as the percent that they were read from", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat(100_000).map((n) => n / 1000),
          share.map((value) => value * 100),
        ),
        (percent) => {
          expect(decimal(percentText(percent / 100))! / 100).toBe(percent / 100);
        },
      ),
    );
    expect([percentText(0.01), percentText(0.35), percentText(0.039), percentText(1)]).toEqual(["1", "35", "3.9", "100"]);
  });
});

describe("laws", () => {
  it("that no field takes are bugs, and a table of one point is a value", () => {
    const unit: LawUnit = "s";
    const ranks: Law = { law: "zipf", s: 1, n: 3 };
    expect(() => lawYaml(ranks, unit)).toThrow("a law of ranks");
    expect(lawYaml({ law: "quantiles", p: [0.5], values: [90] }, unit)).toBe("90s");
  });
});

describe("YAML", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string(),
    fc.constantFrom("no", "1e3", "0x1f", "~", "", " a", "a: b", "- a", "12", "a, b", "a #b", "null"),
  );
  const key = fc.oneof(text, fc.nat(100).map(String));
  const { value } = fc.letrec<{ value: Yaml; leaf: Yaml }>((tie) => ({
    leaf: fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    value: fc.oneof(
      { depthSize: "small" },
      tie("leaf"),
      fc.array(tie("value"), { maxLength: 6 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 6 }).map((entries) => new Map(entries)),
    ),
  }));

  const plain = (node: unknown): unknown => {
    if (node instanceof Map) return new Map([...node].map(([name, inner]) => [name as unknown, plain(inner)]));
    if (Array.isArray(node)) return node.map(plain);
    return Object.is(node, -0) ? 0 : node;
  };

  it("is read as what was written", () => {
    fc.assert(
      fc.property(value, (written) => {
        const again = parse(yamlText([{ key: "top", comment: "What it is.", value: written }]), {
          mapAsMap: true,
          stringKeys: true,
        }) as Map<string, unknown>;
        expect(plain(again.get("top"))).toEqual(plain(written));
      }),
      { numRuns: 400 },
    );
  });

  it("puts small things in one line and what is wide below", () => {
    const small = fieldsOf({ a: 1, left: undefined, b: [1, 2], c: fieldsOf({ d: "e f" }) });
    const wide = fieldsOf(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`field_${i}`, i])));
    expect(
      yamlText([
        { key: "x", value: small },
        { key: "y", comment: "Wide.", value: [wide] },
      ])
        .split("\n")
        .slice(0, 6),
    ).toEqual(['x: {a: 1, b: [1, 2], c: {d: "e f"}}', "", "# Wide.", "y:", "  - field_0: 0", "    field_1: 1"]);
  });
});
