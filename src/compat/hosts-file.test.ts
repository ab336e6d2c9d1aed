import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readHosts, writeHosts, type HostRecord } from "./hosts-file.ts";

const TEXT = `hosts:
  - account_id: 2000001
    cpu_ghz: 3.8
    cpu_cores: 8
    free_ram_mb: 16384
    network_speed_mbps: 500
    latency_ms: 15
    disconnects_per_hour: 0
    jitter_ms: 5
    packet_rate: 1200
    frame_time_ms: 12
    vps_connection_active: true
    nickname: left out
    regional_latencies:
      - region: "NA"
        latency_ms: 15.5
        relay_address: "relay-na.example.com"
      - region: EU
        latency_ms: 120
    assigned_maps:
      - "moc_fild01"
      - pay_dun01
  - account_id: 2000002
    cpu_ghz: 3
    cpu_cores: 4
    free_ram_mb: 8192
    network_speed_mbps: 100
    latency_ms: 30
    disconnects_per_hour: 1
    vps_connection_active: no
`;

const FIRST: HostRecord = {
  account_id: 2000001,
  cpu_ghz: 3.8,
  cpu_cores: 8,
  free_ram_mb: 16384,
  network_speed_mbps: 500,
  latency_ms: 15,
  disconnects_per_hour: 0,
  jitter_ms: 5,
  packet_rate: 1200,
  frame_time_ms: 12,
  vps_connection_active: true,
  regional_latencies: [
    { region: "NA", latency_ms: 15.5, relay_address: "relay-na.example.com" },
    { region: "EU", latency_ms: 120, relay_address: null },
  ],
  assigned_maps: ["moc_fild01", "pay_dun01"],
};

const SECOND: HostRecord = {
  ...FIRST,
  account_id: 2000002,
  cpu_ghz: 3,
  cpu_cores: 4,
  free_ram_mb: 8192,
  network_speed_mbps: 100,
  latency_ms: 30,
  disconnects_per_hour: 1,
  jitter_ms: null,
  packet_rate: null,
  frame_time_ms: null,
  vps_connection_active: false,
  regional_latencies: [],
  assigned_maps: [],
};

describe("readHosts", () => {
  it("reads the seed's shape; what was not measured is null, unknown fields are left out", () => {
    expect(readHosts(TEXT, "f")).toEqual({ ok: true, value: [FIRST, SECOND] });
  });

  it.each(["hosts: []\n", "hosts:\n", "hosts: # none yet\n"])("reads no hosts from %j", (text) =>
    expect(readHosts(text, "f")).toEqual({ ok: true, value: [] }),
  );

  it.each([
    ["an empty file", "", 1, 1, 'expected the key "hosts", found none'],
    ["a list at the root", "- a\n", 1, 1, "expected a mapping of keys to values, found something else"],
    [
      "a missing field",
      TEXT.replace("    vps_connection_active: true\n", ""),
      2,
      5,
      'expected the field "vps_connection_active", found none',
    ],
    ["a missing number", TEXT.replace("    cpu_cores: 4\n", ""), 23, 5, 'expected the field "cpu_cores", found none'],
    [
      "a word for a number",
      TEXT.replace("cpu_ghz: 3.8", "cpu_ghz: fast"),
      3,
      14,
      'expected a number from 0 to 1000000000000 for "cpu_ghz", found "fast"',
    ],
    [
      "not a number",
      TEXT.replace("latency_ms: 30", "latency_ms: .nan"),
      28,
      17,
      'expected a number from 0 to 1000000000000 for "latency_ms", found ".nan"',
    ],
    [
      "an empty number",
      TEXT.replace("free_ram_mb: 8192", "free_ram_mb:"),
      26,
      5,
      'expected a number from 0 to 1000000000000 for "free_ram_mb", found nothing',
    ],
    [
      "half a core",
      TEXT.replace("cpu_cores: 8", "cpu_cores: 7.5"),
      4,
      16,
      'expected a whole number from 0 to 1000000000000 for "cpu_cores", found "7.5"',
    ],
    [
      "a negative jitter",
      TEXT.replace("jitter_ms: 5", "jitter_ms: -5"),
      9,
      16,
      'expected a number from 0 to 1000000000000 for "jitter_ms", found "-5"',
    ],
    ["account 0", TEXT.replace("2000002", "0"), 23, 17, 'expected a whole number from 1 to 4294967295 for "account_id", found "0"'],
    ["a host twice", TEXT.replace("2000002", "2000001"), 23, 5, "host 2000001 is given twice, first on line 2"],
    [
      "a field twice",
      TEXT.replace("    cpu_cores: 8\n", "    cpu_cores: 8\n    cpu_cores: 9\n"),
      5,
      5,
      '"cpu_cores" is given twice, first on line 4',
    ],
    [
      "a doubtful truth",
      TEXT.replace("active: true", "active: perhaps"),
      12,
      28,
      'expected true or false for "vps_connection_active", found "perhaps"',
    ],
    ["a region without a name", TEXT.replace('region: "NA"', 'region: ""'), 15, 17, 'expected a name for "region", found ""'],
    [
      "a text for a list",
      TEXT.replace(/assigned_maps:\n.*\n.*\n/, "assigned_maps: moc_fild01\n"),
      20,
      20,
      'expected a list for "hosts[0].assigned_maps", found "moc_fild01"',
    ],
    ["a text for a host", `${TEXT}  - host\n`, 31, 5, 'expected fields with values, found "host"'],
  ])("names the place of %s", (_, text, line, column, message) => {
    expect(readHosts(text, "hosts.yml")).toEqual({ ok: false, error: [{ file: "hosts.yml", line, column, message }] });
  });
});

describe("writeHosts", () => {
  it("writes the seed's shape", () => {
    expect(writeHosts([])).toBe("hosts: []\n");
    const text = writeHosts([SECOND]);
    expect(text.split("\n").slice(0, 3)).toEqual(["hosts:", "  - account_id: 2000002", "    cpu_ghz: 3"]);
    expect(text).not.toContain("jitter_ms");
  });

  it("loses nothing that readHosts knows", () => {
    const amount = fc.double({ min: 0, max: 1e9, noNaN: true }).map((x) => x + 0);
    const text = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.string({ unit: "binary", minLength: 1 }),
      fc.constantFrom("null", "~", "true", "1", "- a", "a: b", "#x", "\r", '"', "\ud800"),
    );
    const maybe = fc.option(amount);
    const host = fc.record({
      account_id: fc.integer({ min: 1, max: 4_294_967_295 }),
      cpu_ghz: amount,
      cpu_cores: fc.nat(512),
      free_ram_mb: amount,
      network_speed_mbps: amount,
      latency_ms: amount,
      disconnects_per_hour: amount,
      jitter_ms: maybe,
      packet_rate: maybe,
      frame_time_ms: maybe,
      vps_connection_active: fc.boolean(),
      regional_latencies: fc.array(fc.record({ region: text, latency_ms: amount, relay_address: fc.option(text) }), { maxLength: 3 }),
      assigned_maps: fc.array(text, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(host, { maxLength: 4, selector: (h) => h.account_id }), (hosts) => {
        expect(readHosts(writeHosts(hosts), "f")).toEqual({ ok: true, value: hosts });
      }),
    );
  });

  it("is the only shape readHosts needs: arbitrary text never makes it throw", () => {
    const parts = fc.array(
      fc.constantFrom(
        "hosts:",
        "\n",
        "  ",
        "- ",
        "account_id: 1",
        "latency_ms: x",
        "{",
        "}",
        "[",
        "]",
        '"',
        ":",
        "&a",
        "*a",
        "\t",
        "|",
        ">",
        "%",
        "!!map",
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          parts.map((p) => p.join("")),
        ),
        (text) => void readHosts(text, "f"),
      ),
    );
  });
});
