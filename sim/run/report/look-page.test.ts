import { describe, expect, it } from "vitest";
import type { RunStory } from "../../outcome.ts";
import { CAUSES } from "../summary-paragraphs.ts";
import { runSeed } from "../run-seed.ts";
import { shipped } from "../shipped.fixture.ts";
import { hostAt, type Packed, type Story, unpack } from "./browser/look-story.ts";
import { lookPage, type LookParts } from "./look-page.ts";

const options = shipped("smoke/churn").options;

function partsOf(story: RunStory, changes: Partial<LookParts> = {}): LookParts {
  const regions = options.regions.map(({ name }) => name);
  return {
    scenario: "smoke/churn",
    seed: 1,
    story,
    maps: options.maps.names,
    regions,
    command: "peerstead replay x",
    back: null,
    ...changes,
  };
}

/** The story as the page's own script reads it. */
function readBack(page: string): Story {
  const source = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? "";
  return unpack((JSON.parse(source) as { story: Packed }).story);
}

function told(): RunStory {
  const { story } = runSeed(options, 1, { story: true });
  if (story === null) throw new Error("a story was asked for");
  return story;
}

describe("the page to look into", () => {
  const story = told();
  const read = readBack(lookPage(partsOf(story)));

  it("carries every lane, with the map's name", () => {
    expect(read.maps.map(({ id, name, changes }) => ({ id, name, changes }))).toEqual(
      story.lanes.map(({ map, changes }) => ({ id: map, name: options.maps.names[map], changes })),
    );
    expect(read.end).toBe(story.end_ms);
  });

  it("carries every move with its steps, its cause in words", () => {
    const moves = story.lanes.flatMap((lane) => lane.moves.map((move) => ({ ...move, map: lane.map })));
    expect(moves.length).toBeGreaterThan(30);
    expect(read.maps.flatMap((row) => row.moves.map((move) => ({ ...move, map: row.id })))).toEqual(
      moves.map((move) => ({
        at: move.at_ms,
        cause: move.cause === "placement" ? "first placement" : CAUSES[move.cause],
        form: move.form,
        from: move.from,
        to: move.to,
        players: move.players,
        away: move.away_ms,
        noticed: move.noticed_ms,
        total: move.total_ms,
        failure: move.failure,
        steps: move.steps,
        map: move.map,
      })),
    );
  });

  it("carries every machine with its region and its comings and goings, and every mark", () => {
    expect(read.machines.map(({ id, changes }) => ({ id, changes }))).toEqual(
      story.hosts.map(({ host, changes }) => ({ id: host, changes })),
    );
    for (const { host, region, vps } of story.hosts) {
      expect(read.hosts.get(host)).toEqual({ region: options.regions[region]?.name, vps });
    }
    expect(read.marks).toEqual(story.marks.map(({ at_ms, kind, text }) => ({ at: at_ms, kind, text })));
  });

  it("says at any instant who serves, and since when", () => {
    const [, first] = story.lanes;
    const changes = [...(first as RunStory["lanes"][number]).changes];
    for (let i = 0; i < changes.length; i += 2) {
      const [at, host] = [changes[i] as number, changes[i + 1] as number];
      expect(hostAt(changes, at)).toEqual({ host, since: at });
      expect(hostAt(changes, (changes[i + 2] ?? story.end_ms) - 1).host).toBe(host);
    }
  });

  it("says that it shows all maps, or a sample of them", () => {
    expect(lookPage(partsOf(story))).toContain("all 20\u00a0maps");
    const few = { ...story, lanes: story.lanes.slice(0, 5) };
    expect(lookPage(partsOf(few))).toContain("a sample of 5 of 20\u00a0maps");
  });

  it("keeps names from breaking out of the page", () => {
    const page = lookPage(
      partsOf(story, { scenario: "<b>x</b>", maps: story.lanes.map(() => "</script><script>alert(1)</script>"), back: "a.html" }),
    );
    expect(page).not.toContain("<b>x</b>");
    expect(page).not.toContain("<script>alert");
    expect(readBack(page).maps[0]?.name).toBe("</script><script>alert(1)</script>");
    expect(page).toContain('<a href="a.html">Back to the report</a>');
  });
});
