import { describe, expect, it } from "vitest";
import type { ExplainDocument } from "./document.ts";
import { explained, explainedHost, explainedMove, explainedSite } from "./explain.fixture.ts";
import { headlineOf, stateOf } from "./headline.ts";
import { explainText } from "./text.ts";

function document(over: Partial<ExplainDocument> = {}): ExplainDocument {
  const told = explained(over);
  const state = stateOf(told);
  return { ...told, state, headline: headlineOf(told, state) };
}

function lines(over: Partial<ExplainDocument> = {}, width = 100): string[] {
  return explainText(document(over), { width, bold: (text) => text }).split("\n");
}

/** The line that begins with these words, blanks squeezed. */
function line(of: readonly string[], begin: string): string | undefined {
  return of
    .find((each) => each.trimStart().startsWith(begin))
    ?.trim()
    .replaceAll(/ +/g, " ");
}

describe("the explanation as text", () => {
  it("says all there is, in 100 columns", () => {
    expect(lines()).toEqual([
      "moc_fild01 at 0:20:00 of capacity/test, seed 3",
      "moc_fild01 has been on host 7 (EU) for 3.3 min. It scores 0.900; the one other host that could take",
      "it scores no more.",
      "",
      "Came here      0:16:40, a failover: host 3 (NA) was lost: it fell silent; host 7 (EU) stood by for",
      "               it, serving since 0:16:40.",
      "Players        20 of at most 200 (EU 15, NA 5). Averaged over time they come from EU (75.0 %) and NA",
      "               (25.0 %); hosts are compared by the mean of their scores for each of these players.",
      "Its host       3.6 GHz x 8, 16,384 MB free, 300 Mbit/s, 12 ms, 0 disconnects in the last hour, up",
      "               for 2 h. Holds 2 of 3 maps and 50 of the 210 players its upload carries.",
      "Standbys       host 8 (EU), warm, 0.850",
      "VPS            4 of 20 slots used",
      "Moves          0:16:40 lost: host 3 (NA) → host 7 (EU)",
      "",
      'Score, term by term: points by the formula "normalized" (real time prioritised), each term is 0 to 1',
      "before its weight.",
      "",
      "                       RTT     cpu  memory  network  latency  stability    score",
      "  weight                      0.15    0.15     0.25     0.35        0.1",
      "  7 (EU)            8.9 ms   0.150   0.150    0.250    0.260      0.090    0.900  serves it",
      "",
      "Could take it now: 1 player host",
      "  8 (EU)            8.9 ms   0.150   0.150    0.250    0.260      0.090    0.850  warm standby",
      "",
      "The other 98 player hosts could not take it: 58 not eligible (network speed 86 %, jitter 21 %) and",
      "40 not connected.",
      "",
      "What would make it move",
      "  - A host that scores more than 0.990 (1.1 times its 0.900), looked at every 30 s. Not now: the",
      "    first choice, host 8 (EU), scores 0.850.",
      "  - Host 7 (EU) is lost, or fails validation 3 times: to host 8 (EU), its warm standby.",
      "  - Host 7 (EU) leaves, measures badly 3 times in a row (0 now), or has no room for one more player",
      "    (160 left): to host 8 (EU), its warm standby.",
    ]);
  });

  it("keeps to the width it is given", () => {
    const barred = [
      explainedHost(11, {
        score: 0.95,
        against: [{ why: "backoff", text: "not asked again until 0:20:12 (12 s more): it lost or gave up maps" }],
      }),
    ];
    for (const width of [100, 80]) {
      const longest = Math.max(...lines({ barred, barred_all: 40 }, width).map((each) => each.length));
      expect(longest).toBeLessThanOrEqual(width);
    }
    expect(lines({}, 30)).toEqual(lines({}, 60));
    expect(lines({}, 300)).toEqual(lines({}, 100));
  });

  it("makes the heading bold, and ends no line with a blank", () => {
    const text = explainText(document(), { width: 100, bold: (each) => `<${each}>` });
    expect(text.split("\n")[0]).toBe("<moc_fild01 at 0:20:00 of capacity/test, seed 3>");
    expect(text.split("\n").filter((each) => each !== each.trimEnd() || each.includes("\u00a0"))).toEqual([]);
    expect(lines({ at_s: 1200.25 })[0]).toBe("moc_fild01 at 0:20:00.250 of capacity/test, seed 3");
  });

  it("says why hosts that score more could not take it, and how many there are", () => {
    const full = explainedHost(11, { score: 0.95, against: [{ why: "maps_full", text: "full: 3 of 3 maps" }] });
    const blocked = explainedHost(12, {
      score: 0.94,
      against: [
        { why: "blocked", text: "blocked after failed validation until 1:00:00 (40 min more)" },
        { why: "security", text: "failed validation" },
      ],
    });
    const text = lines({ barred: [full, blocked], barred_all: 40 });
    expect(line(text, "Score more")).toBe("Score more than 0.900 but could not take it: 40, 2 shown");
    expect(line(text, "11 (EU)")).toMatch(/ 0\.950 full: 3 of 3 maps$/);
    expect(line(text, "12 (EU)")).toMatch(/ 0\.940$/);
    expect(text[text.findIndex((each) => each.includes("12 (EU)")) + 1]).toBe(
      "      blocked after failed validation until 1:00:00 (40 min more)",
    );
  });

  it("says in which order candidates are asked, and how many are not shown", () => {
    const candidates = [explainedHost(8), explainedHost(9)];
    const hosts = { ...explained().hosts, could_take: 1234 };
    expect(lines({ candidates, hosts }).join(" ")).toContain(
      "Could take it now: 1,234 player hosts, 2 shown (in the order they are asked: within 1 % of the best, the nearest first)",
    );
    const formula = { ...explained().formula, prefer_low_latency: false };
    expect(line(lines({ candidates, hosts, formula }), "Could take")).toBe("Could take it now: 1,234 player hosts, 2 shown (best first)");
    expect(line(lines({ candidates: [], hosts: { ...hosts, could_take: 0 } }), "Could take")).toBe("Could take it now: none");
  });

  it("knows when no score is high enough for a move: the formula's top", () => {
    const will = { ...explained().own_will, score_asked: 1.003 };
    const owner = explainedHost(7, { score: 0.912 });
    const bounded = lines({ own_will: will, owner }).join(" ");
    expect(bounded).toMatch(
      /A better host: none can be, because a move asks for more than 1\.003 \(1\.1 times its 0\.912\) and a +score is 1 at most\./,
    );
    const formula = { ...explained().formula, scoring: "seed" as const };
    expect(lines({ own_will: will, owner, formula }).join(" ")).toContain("A host that scores more than 1.003");
  });

  it("names the host that it moves to at the next look", () => {
    const own_will = { ...explained().own_will, holds: [], to: 8 };
    const better = lines({ own_will, candidates: [explainedHost(8, { score: 0.999 })] })
      .join(" ")
      .replaceAll(/ +/g, " ");
    expect(better).toContain(
      "A host that scores more than 0.990 (1.1 times its 0.900), looked at every 30 s. At the next look: host 8 (EU), 0.999.",
    );
    const back = lines({ own_will: { ...own_will, cause: "return" }, owner: explainedSite(1) });
    expect(line(back, "- Back")).toBe("- Back to a player host at the next look: host 8 (EU).");
  });

  it("tells what players of several regions, of one, nobody, and the seed's formula compare by", () => {
    const players = (over: Partial<ExplainDocument>): string => lines(over).join(" ").replaceAll(/ +/g, " ");
    const map = { ...explained().map, mix: { EU: 0.496, NA: 0.416, AS: 0.088 } };
    expect(players({ map })).toContain(
      "Averaged over time they come from EU (49.6 %), NA (41.6 %) and AS (8.8 %); hosts are compared by the mean of their scores for each of these players.",
    );
    expect(players({ map: { ...map, mix: { EU: 1 } } })).toContain("All come from EU, so hosts are compared by their RTT to EU.");
    expect(players({ map: { ...map, players: 0, players_by_region: {}, mix: {} } })).toContain(
      "Players 0 of at most 200. Nobody has been here yet, so hosts are compared by their own latency.",
    );
    expect(players({ formula: { ...explained().formula, scoring: "seed", realtime: false } })).toContain(
      "Players 20 of at most 200 (EU 15, NA 5). Its host",
    );
  });

  it("shows the last five moves, failed ones with the reason, and how many there were", () => {
    const moves = [1, 2, 3, 4, 5, 6, 7].map((at) =>
      explainedMove({ at_s: at, ...(at === 6 ? { failure: "freeze_timeout" } : at === 7 ? { ended_s: null } : {}) }),
    );
    const text = lines({ moves, moves_all: 90 });
    const from = text.findIndex((each) => each.startsWith("Moves (90)"));
    expect(text.slice(from, from + 5).map((each) => each.slice(15))).toEqual([
      "0:00:03 lost: host 3 (NA) → host 7 (EU)",
      "0:00:04 lost: host 3 (NA) → host 7 (EU)",
      "0:00:05 lost: host 3 (NA) → host 7 (EU)",
      "0:00:06 lost: host 3 (NA) → host 7 (EU) (failed: freeze timeout)",
      "0:00:07 lost: host 3 (NA) → host 7 (EU) (under way)",
    ]);
  });

  it("of a map on the VPS: the sites instead of a score, and what could move it", () => {
    const owner = explainedSite(1);
    const vps = {
      ...explained().vps,
      slots_kept: 3,
      sites: [...explained().vps.sites, { host: 2, name: "VPS site 2 (NA)", connected: false, slots: 5, slots_used: 0, rtt_ms: 91.4 }],
    };
    const map = { ...explained().map, critical: true, may_leave_vps: false };
    const to = { host: 2, name: "VPS site 2 (NA)", text: "VPS site 2 (NA)" };
    const text = lines({ owner, vps, map, if_host_lost: to, candidates: [] });
    expect(text.join(" ").replaceAll(/ +/g, " ")).toContain(
      "VPS 4 of 20 slots used, 3 kept for critical maps. Nearest to its players first: VPS site 1 (EU) 12 ms, 4 of 20; VPS site 2 (NA) 91 ms, not connected, 0 of 5.",
    );
    expect(text.filter((each) => each.includes("term by term") || each.startsWith("Could take"))).toEqual([]);
    expect(text.slice(-3)).toEqual([
      "What would make it move",
      "  - The loss of VPS site 1 (EU): to VPS site 2 (NA).",
      "  - Nothing else: it is not eligible by the conf.",
    ]);
    const off = lines({
      owner,
      map: { ...map, critical: false },
      if_host_lost: { refusal: "vps_full", text: "no VPS site has a slot for it" },
    });
    expect(off.slice(-2)).toEqual([
      "  - The loss of VPS site 1 (EU): nowhere, no VPS site has a slot for it.",
      "  - Nothing else while enable_p2p_maps is off.",
    ]);
    const back = {
      ...explained().own_will,
      cause: "return" as const,
      holds: [{ why: "no_candidate", text: "no player host could take it now" }],
    };
    expect(lines({ owner, own_will: back }).at(-2)).toBe(
      "  - Back to a player host, looked at every 30 s. Not now: no player host could take it now.",
    );
  });

  it("of a map that moves, or that nobody serves: no more than is known", () => {
    const move = { ...explainedMove(), phase: "claim", phase_text: "the store is asked", target: explainedHost(8) };
    expect(lines({ move }).at(-2)).toBe("  - The move is under way. If it fails, whoever serves the map goes on, or the next candidate is");
    const waiting = { since_s: 1190, reasons: [] };
    expect(lines({ serving: false, waiting }).filter((each) => each.startsWith("What would"))).toEqual([]);
    expect(line(lines({ serving: false, waiting }), "7 (EU)")).toMatch(/0\.900 owns it$/);
  });
});
