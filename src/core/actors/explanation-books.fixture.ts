/** Where the explanation of a map and the coordinator's own books disagree: complaints, empty when all is well. */
import { scoreFor } from "../hosting/choose.ts";
import { isCompared } from "../hosting/explain-host.ts";
import { explainMap } from "../hosting/explain.ts";
import type { Hosting } from "../hosting/state.ts";
import { type HostId, NO_HOST } from "../protocol/ids.ts";

/** More than there are hosts on a stage. */
const TOP = 20;

/** What is wrong with the explanations of all maps. */
export function explanationComplaints(h: Hosting): string[] {
  return h.maps.flatMap(({ map }) => {
    const why = explainMap(h, map, h.at, TOP);
    const wrong = [...scoreComplaints(h, map, why), ...countComplaints(h, map, why)];
    const held = why.ownWill.holds.length > 0;
    if (held !== (why.ownWill.to === NO_HOST))
      wrong.push(`goes to ${why.ownWill.to}, held by ${why.ownWill.holds.map((x) => x.why).join()}`);
    return wrong.map((text) => `map ${map}: ${text}`);
  });
}

type Explained = ReturnType<typeof explainMap>;

/** Every host the explanation shows has the score it is compared by, made of its terms. */
function scoreComplaints(h: Hosting, map: number, why: Explained): string[] {
  const shown = [why.owner, why.move?.target ?? null, ...why.standbys.map(({ view }) => view), ...why.candidates, ...why.barred];
  return shown.flatMap((view) => {
    if (view === null || view.kind === "vps") return [];
    const slot = h.table.slotOf(view.host);
    const sum = view.terms.reduce((all, { micro }) => all + micro, 0);
    if (sum !== view.micro) return [`host ${view.host}: terms make ${sum}, told ${view.micro}`];
    const compared = scoreFor(h, slot, map);
    return isCompared(h, slot) && compared !== view.micro ? [`host ${view.host}: compared by ${compared}, told ${view.micro}`] : [];
  });
}

/** The index answers with exactly those hosts that nothing is said against, and every host is counted once. */
function countComplaints(h: Hosting, map: number, why: Explained): string[] {
  const { table, index } = h;
  const hosts = [...Array(table.slots).keys()].filter((slot) => table.vps[slot] === 0 && table.slotOf(table.hostOf(slot)) === slot);
  const owner = h.maps[map]?.owner;
  const free = hosts.filter((slot) => table.hostOf(slot) !== owner && index.offers(slot) && table.headroom(slot, h.at) >= why.room);
  const told = Object.values(why.tally.against).reduce((sum, n) => sum + n, 0) + why.tally.couldTake;
  const wrong: string[] = [];
  if (why.tally.couldTake !== free.length) wrong.push(`${why.tally.couldTake} could take it, the index offers ${free.length}`);
  if (told + (why.owner?.kind === "player" ? 1 : 0) !== hosts.length) wrong.push(`${told} of ${hosts.length} hosts are counted`);
  const shown = why.mayLeaveVps ? free.map((slot) => table.hostOf(slot)) : [];
  if (byNumber(why.candidates.map(({ host }) => host)) !== byNumber(shown)) wrong.push("the candidates are not those on offer");
  if (why.barred.some(({ obstacles }) => obstacles.length === 0)) wrong.push("a host is barred by nothing");
  return wrong;
}

function byNumber(hosts: readonly HostId[]): string {
  return hosts.toSorted((a, b) => a - b).join();
}
