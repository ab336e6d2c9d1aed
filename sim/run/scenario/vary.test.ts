import { describe, expect, it } from "vitest";
import { filesOver } from "./files.fixture.ts";
import { scenarioDocument } from "./load.ts";
import { variedField, variedRange } from "./vary.ts";

function documentOf(text: string) {
  const read = scenarioDocument("/t/s.yaml", { sets: [], readText: filesOver({ "s.yaml": `schema: peerstead-scenario/1\n${text}` }) });
  if (!read.ok) throw new Error("the scenario cannot be read");
  return read.value;
}

const usual = documentOf("");

/** The path a `--vary` means, or what is wrong with it. */
function meant(path: string, document = usual): string {
  const field = variedField(path, document);
  return field.ok ? field.value.path : field.error;
}

function ranged(path: string, from: string, to: string) {
  const field = variedField(path, usual);
  if (!field.ok) throw new Error(field.error);
  const range = variedRange(field.value, from, to);
  return range.ok ? range.value : range.error;
}

describe("what is varied", () => {
  it.each([
    ["fleet.players", "fleet.players.peak"],
    ["fleet.hosts", "fleet.hosts.count"],
    ["fleet.maps", "fleet.maps.count"],
    ["vps", "vps.slots"],
    ["fleet.maps.critical", "fleet.maps.critical"],
    ["tuning.heartbeatMs", "tuning.heartbeatMs"],
    ["conf.general.data_check_interval", "conf.general.data_check_interval"],
    ["fleet.players.stay", "fleet.players.stay"],
    ["network.jitter", "network.jitter"],
    ["network.loss", "network.loss"],
    ["faults.plan.0.amount", "faults.plan.0.amount"],
    ["faults.plan.0.every", "faults.plan.0.every"],
    ["fleet.regions.EU", "fleet.regions.EU"],
    ["fleet.hosts.hardware.cpuGhz", "fleet.hosts.hardware.cpuGhz"],
  ])("%s is %s", (asked, path) => expect(meant(asked)).toBe(path));

  it("is the factor on all rates where players come by rates", () => {
    const ramp = documentOf("fleet: {players: {executor: ramping-arrival-rate, stages: [{for: 1m, to: 4/s}]}}");
    expect(meant("fleet.players", ramp)).toBe("fleet.players.scale");
  });

  it.each([
    ["fleet.plyers", 'unknown field "plyers" in fleet; did you mean "players"?'],
    ["vps.slotz", 'unknown field "slotz" in vps; did you mean "slots"?'],
    ["fleet.players.peak.x", 'fleet.players.peak has no field "x"'],
    ["title", "title is no number that could be varied; it takes a text"],
    ["conf.general.scoring", "conf.general.scoring is no number that could be varied; it takes one of seed, normalized"],
    ["conf.general.enable_p2p_maps", "conf.general.enable_p2p_maps is no number that could be varied; it takes true or false"],
    ["fleet", "fleet is no number that could be varied; it takes a mapping of fields"],
    ["network.burst", "network.burst is a mapping; name one of its numbers: network.burst.every, network.burst.for, network.burst.loss"],
  ])("%s is refused", (asked, message) => expect(meant(asked)).toBe(message));
});

describe("between what", () => {
  it("plain numbers, upwards and downwards", () => {
    const players = { path: "fleet.players.peak", whole: true, unit: "players", suffix: "", notes: [] };
    expect(ranged("fleet.players", "10000", "60000")).toEqual({ ...players, from: 10_000, to: 60_000 });
    expect(ranged("fleet.players", "6e4", "10000")).toEqual({ ...players, from: 60_000, to: 10_000 });
    expect(ranged("fleet.players.scale", "0.5", "8")).toMatchObject({ from: 0.5, to: 8, whole: false, unit: "times" });
    expect(ranged("tuning.heartbeatMs", "100", "250.5")).toMatchObject({ from: 100, to: 250.5, whole: false, unit: "ms" });
  });

  it("shares in percent", () => {
    expect(ranged("fleet.hosts.uploadShare", "10%", "0.8")).toMatchObject({ from: 0.1, to: 0.8, unit: "share", suffix: "" });
    expect(ranged("network.loss", "0%", "5%")).toMatchObject({ from: 0, to: 0.05, unit: "probability", suffix: "" });
  });

  it("times and rates in the finer unit of the two; a plain zero takes the other's", () => {
    const stay = { path: "fleet.players.stay", whole: false, notes: [] };
    expect(ranged("fleet.players.stay", "5m", "1h")).toEqual({ ...stay, from: 5, to: 60, unit: "m", suffix: "m" });
    expect(ranged("fleet.players.stay", "1h", "90s")).toEqual({ ...stay, from: 3600, to: 90, unit: "s", suffix: "s" });
    expect(ranged("duration", "0.07h", "9m")).toMatchObject({ from: 4.2, to: 9, unit: "m" });
    expect(ranged("network.jitter", "0", "20ms")).toMatchObject({ from: 0, to: 20, unit: "ms", suffix: "ms" });
    expect(ranged("fleet.players.start", "2/s", "30/m")).toMatchObject({ from: 120, to: 30, unit: "/m", suffix: "/m" });
  });

  it("none of what there must be one of means one, and says so", () => {
    expect(ranged("vps.slots", "160", "0")).toMatchObject({
      from: 160,
      to: 1,
      notes: ["--to 0: vps.slots is at least 1, so the search ends there"],
    });
    expect(ranged("fleet.hosts", "100", "0")).toMatchObject({ from: 100, to: 0, notes: [] });
  });

  it.each([
    ["fleet.players", "ten", "20", "--from ten: fleet.players.peak takes a whole number from 0 to 10000000"],
    ["fleet.players", "10", "", "--to : fleet.players.peak takes a whole number from 0 to 10000000"],
    ["fleet.players", "10", "20.5", "--to 20.5: fleet.players.peak takes a whole number from 0 to 10000000"],
    ["fleet.players", "10", "20m", "--to 20m: fleet.players.peak takes a whole number from 0 to 10000000"],
    ["fleet.players", "10%", "20", "--from 10%: fleet.players.peak takes a whole number from 0 to 10000000"],
    ["duration", "5", "1h", "--from 5: duration takes a time such as 30s, 5m, 2h or 250ms"],
    ["duration", "5m", "1/h", "--to 1/h: duration takes a time such as 30s, 5m, 2h or 250ms"],
    ["fleet.players.start", "5m", "1/h", "--from 5m: fleet.players.start takes a rate such as 20/s, 300/m or 5/h"],
    ["duration", "60m", "1h", "--from 60m --to 1h: expected two values that differ"],
    ["vps.slots", "1", "0", "--from 1 --to 0: expected two values that differ"],
  ])("%s from %s to %s is refused", (path, from, to, message) => expect(ranged(path, from, to)).toBe(message));
});
