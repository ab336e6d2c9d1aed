/** The next cuts: machines, players, maps and sites. */
import { US_PER_S } from "../../../src/base/time.ts";
import { withHosts } from "../../fleet/listed.ts";
import { type Fault, type ListedHost, type Options, runLengthUs } from "../../options.ts";
import { ddmin } from "./ddmin.ts";
import { comes } from "./machines.ts";
import type { Attempts } from "./attempts.ts";

/** Leaves out machines, then players with their comings and goings, then maps and sites. */
export function cutEntities(a: Attempts): void {
  cutMachines(a);
  cutPlayers(a);
  cutMaps(a);
  cutSites(a);
}

/**
 * Machines that are left out first stay in the list but never come up, so that those that stay keep their numbers, and with them their draws;
 * in the end the list is closed up, if the failure bears it.
 */
function cutMachines(a: Attempts): void {
  const { list } = a.options.hosts;
  if (list === null) return;
  const here = list.flatMap((host, index) => (comes(host, a.options) ? [index] : []));
  ddmin(here, (kept) => a.still({ hosts: withHosts(a.options.hosts, absentBut(list, kept, a.options)) }), a.spent);
  closeUp(a);
}

function absentBut(list: readonly ListedHost[], kept: readonly number[], options: Options): ListedHost[] {
  const never = Math.ceil(runLengthUs(options) / US_PER_S) + 1;
  return list.map((host, index) => (kept.includes(index) ? host : { ...host, upS: 0, comesS: never }));
}

function closeUp(a: Attempts): void {
  const list = a.options.hosts.list ?? [];
  const kept = list.flatMap((host, index) => (comes(host, a.options) ? [index] : []));
  if (kept.length === list.length) return;
  const faults = a.options.faults.map((fault) => renumbered(fault, kept));
  const hosts = kept.map((index) => list[index] as ListedHost);
  a.still({ hosts: withHosts(a.options.hosts, hosts), faults });
}

/** The fault with its target's new number. One that names a machine that never came meets nobody either way. */
function renumbered(fault: Fault, kept: readonly number[]): Fault {
  if (fault.target.pick !== "host") return fault;
  const index = kept.indexOf(fault.target.index);
  return { ...fault, target: { pick: "host", index: index < 0 ? kept.length : index } };
}

function cutPlayers(a: Attempts): void {
  a.still({ players: { ...a.options.players, startPerS: 0, stages: [] } });
  for (const initial of [0, 1, 2, 5, 10, 20, 50]) {
    if (initial >= a.options.players.initial) break;
    if (a.still({ players: { ...a.options.players, initial } })) break;
  }
  const long = { law: "constant", value: 3600 } as const;
  a.still({ players: { ...a.options.players, sessionS: long } });
  a.still({ players: { ...a.options.players, stayS: long } });
}

function cutMaps(a: Attempts): void {
  const { names } = a.options.maps;
  const all = names.map((_, map) => map);
  ddmin(all, (kept) => kept.length > 0 && a.still(withMaps(a.options, names, kept)), a.spent);
}

/** The options with only some of the maps that `names` lists; they are numbered anew. */
function withMaps(options: Options, names: readonly string[], kept: readonly number[]): Partial<Options> {
  const { maps, conf } = options;
  const wanted = new Set(kept.map((map) => names[map]));
  const places = maps.names.flatMap((name, map) => (wanted.has(name) ? [map] : []));
  const left = {
    names: places.map((map) => maps.names[map] as string),
    eligible: places.map((map) => maps.eligible[map] as boolean),
    popularity: places.map((map) => maps.popularity[map] as number),
  };
  const eligible = Object.fromEntries(left.names.map((name, map) => [name, left.eligible[map] as boolean]));
  return { maps: left, conf: { ...conf, p2p_eligible_maps: eligible } };
}

/** One site is enough where nothing speaks for two. */
function cutSites(a: Attempts): void {
  const { sites } = a.options.vps;
  if (sites.length < 2) return;
  const slots = sites.reduce((sum, site) => sum + site.slots, 0);
  for (const site of sites) if (a.still({ vps: { sites: [{ ...site, slots }] } })) return;
}
