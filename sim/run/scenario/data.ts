/** `data:` of a scenario: trace files that replace laws when a run is given a folder of them. */
import type { Options } from "../../options.ts";
import { availabilityOf } from "./data-availability.ts";
import type { DataFolder } from "./data-file.ts";
import { gameFolder } from "./data-game.ts";
import { linesFrom } from "./data-pings.ts";
import { quantileLaw } from "./data-quantiles.ts";
import { atHubs, placesFrom } from "./data-rtt.ts";
import type { Section } from "./section.ts";
import { weightsOf } from "./world.ts";

/** The options with whatever the section names taken from files of the folder. What is wrong goes to the section's complaints. */
export function withData(options: Options, section: Section, folder: DataFolder): Options {
  let { network, hosts, vps } = options;
  for (const key of ["availability", "rtt", "upload", "jitter"]) {
    if (hosts.list !== null && section.has(key)) section.complain(key, "has no use for machines that fleet.hosts.list says one by one");
  }
  if (section.has("availability")) {
    const availability = availabilityOf(section.child("availability"), options, folder);
    if (availability !== undefined) hosts = { ...hosts, uptimeS: null, downtimeS: null, availability };
  }
  if (section.has("rtt")) {
    const places = placesFrom(section.child("rtt"), options.regions, folder);
    if (places !== undefined) [network, vps] = [{ ...network, ...places }, atHubs(vps, places)];
  }
  if (section.has("pings")) network = { ...network, ...linesFrom(section.child("pings"), folder) };
  const law = (key: string, of: "players" | "hosts") =>
    section.has(key) ? quantileLaw(section.child(key), options.regions, weightsOf(options.regions, of), folder) : undefined;
  hosts = { ...hosts, uploadMbps: law("upload", "hosts") ?? hosts.uploadMbps, jitterMs: law("jitter", "hosts") ?? hosts.jitterMs };
  network = {
    ...network,
    playerAccessMs: law("playerAccess", "players") ?? network.playerAccessMs,
    hostAccessMs: law("hostAccess", "hosts") ?? network.hostAccessMs,
  };
  const game =
    section.has("game") && options.fidelity === "game"
      ? { ...options.game, folder: gameFolder(section, "game", folder.dir) }
      : options.game;
  return { ...options, network, hosts, vps, game };
}
