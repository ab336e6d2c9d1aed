/**
 * The format of scenario files, as JSON Schema (draft 2020-12): the only description there is. Files are judged by it, editors use it
 * (scenarios/scenario.schema.json is its printed form), `--set` paths and presets are found through it.
 */
import { PLANTED_NAMES } from "../../planted/planted.ts";
import { FAULTS_SCHEMA } from "./schema-faults.ts";
import { CONF_SCHEMA, MAP_NAME, TUNING_SCHEMA } from "./schema-settings.ts";
import type { Schema } from "./schema-words.ts";
import {
  duration,
  fields,
  flag,
  instead,
  law,
  list,
  mapping,
  number,
  orWord,
  presetFields,
  rate,
  text,
  whole,
  word,
} from "./schema-words.ts";

const REGION_NAME = "^[A-Za-z][A-Za-z0-9_-]{0,23}$";
const MODES = ["capacity", "safety", "liveness", "soak"];

const regions: Schema = {
  type: ["object", "string"],
  description: "Regions and their shares, normalised to sum 1: one number for players and hosts alike, or both. Or the name of a preset.",
  additionalProperties: {
    type: ["number", "object", "string"],
    description: "Share of players and of hosts in this region.",
    minimum: 0,
    pattern: "^\\$[A-Za-z]",
    properties: {
      players: number("Share of players.", "share", { min: 0 }),
      hosts: number("Share of hosts offered.", "share", { min: 0 }),
    },
    additionalProperties: false,
    "x-expect": "a share of at least 0, or {players, hosts}",
  },
  propertyNames: { pattern: REGION_NAME },
  minProperties: 1,
  "x-preset": "regions",
  "x-whole": true,
  "x-expect": "a mapping of region to share, or the name of a preset (regions)",
};

const LISTED_HOST: Schema = fields(
  "One machine.",
  {
    place: text("Name of its place in network.rtt, which says its region too."),
    cpuGhz: number("Clock.", "GHz"),
    cpuCores: whole("Physical cores.", "cores"),
    freeRamMb: number("Free memory.", "MB"),
    upload: number("Measured upload.", "Mbit/s", { min: 0 }),
    jitter: duration("Jitter that it measures of its line."),
    packetRate: number("Packets a second that it can handle.", "packets/s"),
    frameTime: duration("Frame time of the game on it."),
    access: duration("Access delay that it adds to each RTT, instead of network.hostAccess."),
    up: duration("How long it has been up when the run begins; left out, 0s."),
    comes: duration("When it comes up, from the start; left out, it is up then."),
  },
  ["place", "cpuGhz", "cpuCores", "freeRamMb", "upload", "jitter", "packetRate", "frameTime", "access"],
);

const hosts: Schema = fields("The machines that players offer.", {
  count: whole("Machines offered, online or not.", "hosts", { min: 0, max: 1_000_000 }),
  hardware: presetFields("What the machines are.", "hardware", {
    cpuGhz: law("Clock.", "GHz"),
    cpuCores: law("Physical cores.", "cores"),
    freeRamMb: law("Free memory.", "MB"),
    packetRate: law("Packets a second that the machine can handle.", "packets/s"),
    frameTime: law("Frame time of the game on this machine.", "time"),
  }),
  upload: law("Measured upload.", "Mbit/s", "upload"),
  uploadShare: number("Share of the upload that the owner gives to hosting.", "share", { above: 0, max: 1 }),
  jitter: law("Jitter that the machine measures of its line.", "time", "jitter"),
  uptime: orWord(law("Time a machine stays online; always: nothing but a fault takes it away.", "time", "uptime"), "always"),
  downtime: orWord(
    law("Time a machine stays away; forever, beside uptime: always: a fault's own length alone brings it back.", "time", "downtime"),
    "forever",
  ),
  availability: instead(
    fields(
      "Up-times one by one, instead of uptime and downtime. Machines take the nodes in turn.",
      {
        from: duration("Which moment of the nodes' time is the start of the run."),
        nodes: list("For each node start, end, start, end, … of its up-times.", list("One node.", number("Time.", "s"), 0), 1),
      },
      ["from", "nodes"],
    ),
    "uptime",
    "downtime",
  ),
  list: instead(
    list("The machines one by one, instead of laws. None goes but by a fault, and none comes back but by the fault's length.", LISTED_HOST),
    "count",
    "hardware",
    "upload",
    "jitter",
    "uptime",
    "downtime",
    "availability",
  ),
  leave: fields("How an up-time ends; shares are normalised.", {
    polite: number("The owner says so and maps are drained.", "share", { min: 0 }),
    close: number("The connection closes.", "share", { min: 0 }),
    silent: number("Nothing is said; heartbeats stop.", "share", { min: 0 }),
  }),
  metricsNoise: number("Relative standard deviation of measured latency between two reports.", "share", { min: 0, max: 1 }),
});

const players: Schema = fields("Who plays, when, and for how long.", {
  executor: word("How arrivals are made.", ["constant", "daily-curve", "ramping-arrival-rate"]),
  peak: whole("constant: players online throughout; daily-curve: players online at the peak.", "players", { min: 0, max: 10_000_000 }),
  peakAt: duration("daily-curve: when the peak is, from the start of the run."),
  peakToTrough: number("daily-curve: players at the peak over players at the trough, twelve hours away.", "ratio", { min: 1 }),
  initial: whole("Players online at the start; left out, what the executor needs.", "players", { min: 0, max: 10_000_000_000 }),
  scale: number("Factor on the load as a whole: on peak, or on initial players and all arrival rates. For studies of load.", "times", {
    min: 0,
    max: 1000,
  }),
  start: rate("ramping-arrival-rate: arrivals at the start; left out, what keeps `initial` players online."),
  stages: list(
    "ramping-arrival-rate: the rate moves linearly to `to` within `for`, stage by stage.",
    fields("One stage.", { for: duration("Length of the stage."), to: rate("Arrivals at its end.") }, ["for", "to"]),
    1,
  ),
  session: law("Length of a session.", "time", "session"),
  stay: law("Time on one map before moving on.", "time", "stay"),
  reconnect: law("When players who were dropped (fault player-drop) log in again: time from the drop.", "time", "reconnect"),
  quit: presetFields("Hazard of quitting because of quality.", "quit", {
    rtt: number("Relative weight of RTT.", "weight", { min: 0 }),
    jitter: number("Relative weight of jitter.", "weight", { min: 0 }),
    loss: number("Relative weight of loss at the player.", "weight", { min: 0 }),
    outage: number("Relative weight of loss at the server: interruptions.", "weight", { min: 0 }),
    perHour: number("Quits per hour at a badness of 1.", "per hour", { min: 0 }),
  }),
});

const mapName = text("Map name.", MAP_NAME, "a map name of [a-z0-9_@#-], at most 24");

const maps: Schema = fields("The maps. The critical ones are towns and the most popular.", {
  count: whole("Number of maps.", "maps", { min: 1, max: 1_000_000 }),
  critical: whole("How many of them never leave the VPS.", "maps"),
  popularity: text("How players spread over maps by rank.", "^zipf\\(.*\\)$|^\\$[A-Za-z]", "a popularity law such as zipf(1.1)"),
  names: list("Names of the first eligible maps; without, those of the conf, then the seed's, then numbered ones.", mapName),
  list: instead(
    list(
      "The maps one by one, instead of the fields above.",
      fields(
        "One map.",
        {
          name: mapName,
          eligible: flag("May players host it, or does it never leave the VPS; left out, true."),
          popularity: number("How often players choose it, relative to others; left out, 1.", "weight", { min: 0 }),
        },
        ["name"],
      ),
      1,
    ),
    "count",
    "critical",
    "popularity",
    "names",
  ),
});

const fleet: Schema = fields("Hosts, players and maps.", { regions, hosts, players, maps });

const network: Schema = fields("Delay and loss.", {
  rtt: presetFields("RTT between places, without access delay.", "rtt", {
    places: list(
      "Places in the order of the matrix.",
      fields("One place.", { name: text("Name."), region: text("Region it belongs to.", REGION_NAME, "a region name") }, [
        "name",
        "region",
      ]),
      1,
    ),
    ms: list("Square matrix; the diagonal is the RTT inside a place.", list("One row.", number("RTT.", "ms", { min: 0 }))),
  }),
  playerAccess: law("Access delay that a player adds to each RTT.", "time", "access"),
  hostAccess: law("Access delay that a player host adds to each RTT.", "time", "access"),
  jitter: text("One-way jitter: laplace(4ms), or its scale.", undefined, "laplace(4ms) or a time"),
  loss: {
    type: ["number", "string"],
    description:
      "Probability that a single packet on a quiet link is lost, or gilbert(p, r): chance per heartbeat to enter and to leave a spell in which all is lost.",
    minimum: 0,
    maximum: 1,
    "x-expect": "a probability or gilbert(p, r)",
    "x-unit": "probability",
  },
  burst: fields(
    "Spells of loss on a host's line.",
    {
      every: duration("Mean gap between spells."),
      for: duration("Mean length."),
      loss: number("Probability of loss inside.", "probability", { min: 0, max: 1 }),
    },
    ["every", "for", "loss"],
  ),
});

const vps: Schema = fields("What the operator rents. Without slots and sites every map fits.", {
  slots: whole("Maps that run on the VPS at once, spread over the regions by players.", "slots", { min: 1 }),
  sites: list(
    "Sites one by one, instead of `slots`.",
    fields(
      "One site.",
      {
        region: text("Region.", REGION_NAME, "a region name"),
        slots: whole("Maps it runs at once.", "slots", { min: 1 }),
        place: text("Name of its place in network.rtt; left out, drawn among those of its region."),
      },
      ["region", "slots"],
    ),
    1,
  ),
});

const UNIT_OF_FILE = "Length of the file's unit of time, such as 1s or 1ms.";

/** A law from a quantile table; `law` says which it replaces and `unit` what its numbers are in. */
function quantileTable(law: string, unit: "Mbit/s" | "time"): Schema {
  return fields(
    `Quantile table by country or region, instead of ${law}.`,
    {
      file: text(`CSV: a column of names, columns <metric>_p<percent>${unit === "time" ? "" : ` in ${unit}`}; .gz or plain.`),
      metric: text("Which metric."),
      name: text("Column of names; left out, the first."),
      by: word("What the names are: country (ISO 3166-1 alpha-2; the usual) or region.", ["country", "region"]),
      weight: text("Column by which the rows of one region share it, such as a count of tests; left out, evenly."),
      ...(unit === "time" ? { unit: duration(`${UNIT_OF_FILE} Left out, 1ms.`) } : {}),
    },
    ["file", "metric"],
  );
}

const data: Schema = fields("What trace files replace when a run is given --data DIR; ignored otherwise. Paths are relative to DIR.", {
  game: text("fidelity game: a folder of rAthena's databases (its own, or its db), instead of game.folder: `.` for DIR itself."),
  availability: fields(
    "When hosts are up, instead of uptime and downtime.",
    {
      file: text("The trace, .gz or plain."),
      format: word("avt: index, count, start end … (seconds), with tabs between the three. csv: one up-time a row.", ["avt", "csv"]),
      columns: fields(
        "csv: names of the columns; `end` or `duration`.",
        { node: text("Node."), start: text("Start."), end: text("End."), duration: text("Length.") },
        ["node", "start"],
      ),
      unit: duration(`csv: ${UNIT_OF_FILE} Left out, 1s.`),
      from: duration("Which moment of the trace is the start of the run."),
    },
    ["file", "format", "from"],
  ),
  rtt: fields(
    "RTT between places, instead of network.rtt; VPS sites then stand in the places with the least median RTT to their region. One of cities, places and by says which region each row belongs to.",
    {
      file: text("Square CSV matrix, with or without names in its first row and column; .gz or plain."),
      unit: duration(`${UNIT_OF_FILE} Left out, 1ms.`),
      cities: text("Cities of the matrix: CSV with country, latitude, longitude, in the order of the rows or found by id or title."),
      places: mapping("Region of each place that the matrix names.", text("Region.", REGION_NAME, "a region name")),
      by: word("What the matrix's own names are: country (ISO 3166-1 alpha-2) or region.", ["country", "region"]),
    },
    ["file"],
  ),
  pings: fields(
    "Ping series, CSV with one ping a row, instead of network.jitter, loss and burst. Jitter is the Laplace scale of maximum likelihood: the mean absolute deviation from the median of each series. Two or more losses in a row are a spell in which all is lost (Gilbert 1960), with as many spells of one ping as a geometric length then implies; the other losses are independent. Losses that chance explains (chi-square, one in a thousand) make no spells.",
    {
      file: text("The series, .gz or plain."),
      rtt: text("Column of round trips; an empty cell is a lost ping."),
      series: text("Column that tells apart several series in one file."),
      time: text("Column of times, as numbers that do not fall within a series."),
      rttUnit: duration("Length of the unit of round trips; left out, 1ms."),
      timeUnit: duration("Length of the unit of times; left out, 1s."),
      interval: duration("Time between two pings; left out, the median difference of times. Spells need the one or the other."),
      ways: {
        enum: [1, 2],
        description:
          "1 (the usual): each way has all the jitter and loss that was measured, which is right for one-way delays and cautious for round trips. 2: the way there and the way back share them.",
        "x-expect": "1 or 2",
        "x-unit": "ways",
      },
    },
    ["file", "rtt"],
  ),
  upload: quantileTable("hosts.upload", "Mbit/s"),
  jitter: quantileTable("hosts.jitter", "time"),
  playerAccess: quantileTable("network.playerAccess", "time"),
  hostAccess: quantileTable("network.hostAccess", "time"),
});

/** The schema of a scenario file. */
export const SCENARIO_SCHEMA: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Peerstead scenario",
  ...fields(
    "A world to simulate, what goes wrong in it, and what must hold. A text `$name` is filled in by `sweep`; null drops what was inherited.",
    {
      schema: word("Version of this format.", ["peerstead-scenario/1"]),
      name: text(
        "Name of the scenario; reports go to a folder of this name. Left out, the file's.",
        "^[a-z0-9][a-z0-9_/-]*$",
        "a name of [a-z0-9_/-]",
      ),
      draws: text("Name that all draws are keyed by, beside the seed: who changes the name keeps the runs. Left out, the scenario's name."),
      title: text("One line for people."),
      description: text("What the scenario is about."),
      extends: {
        type: ["string", "array"],
        description:
          "Files this one builds on: paths relative to it, or names of shipped scenarios such as capacity/five-hundred; later ones win, this one wins over all.",
        items: { type: "string" },
        "x-expect": "a path or a name, or a list of them",
      },
      mode: {
        type: ["string", "array"],
        description: "How the run is judged.",
        pattern: `^(${MODES.join("|")})$`,
        items: word("One mode.", MODES),
        minItems: 1,
        "x-expect": `one of ${MODES.join(", ")}, or a list of them`,
      },
      fidelity: word(
        "control: the state of a map is a size, for large runs; game: a real game runs on each map, and what becomes of its operations, states and inputs is judged too.",
        ["control", "game"],
      ),
      game: fields("fidelity game: what runs on the maps.", {
        folder: text(
          "A folder of rAthena's databases, absolute or seen from where the command runs; left out, the small one that is shipped.",
        ),
        fieldSide: whole(
          "All maps are fields drawn for the run, so many cells a side, with monsters of the folder as thick on the ground as in rAthena's spawns; left out, the folder's own grounds.",
          "cells",
          { min: 20, max: 512 },
        ),
        clicks: law("Time between two things that a player does.", "time"),
      }),
      duration: duration("Virtual time with load and faults."),
      settle: duration("liveness: quiet time after the faults within which everything must settle."),
      heartbeats: word("lazy: unremarkable heartbeats are computed, not scheduled; eager: each is an event (slow; the oracle).", [
        "lazy",
        "eager",
      ]),
      planted: list(
        "Known bugs that are put into the run, for tests of the checkers: no result says anything about Peerstead.",
        word("One bug.", PLANTED_NAMES),
      ),
      seeds: fields("Which seeds are run.", {
        from: whole("First seed.", "seed"),
        count: whole("Number of seeds.", "seeds", { min: 1, max: 1_000_000 }),
        budget: duration("Wall time after which no further seed is started."),
      }),
      sweep: mapping(
        "Variables and their values; the scenario runs once for each combination.",
        {
          type: "array",
          description: "Values, texts or numbers.",
          minItems: 1,
          items: { type: ["string", "number", "boolean"] },
          "x-expect": "a list of values",
        },
        "^[A-Za-z][A-Za-z0-9_]*$",
      ),
      conf: CONF_SCHEMA,
      tuning: TUNING_SCHEMA,
      fleet,
      network,
      vps,
      sealing: fields("Whether messages travel in sealed envelopes.", {
        mode: word(
          "off: they travel as they are. counted: under a fake of the ciphers' sizes. real: under the ciphers themselves (slow; the same run as counted).",
          ["off", "counted", "real"],
        ),
        rekeyMessages: whole("A sender takes its next key after so many envelopes.", "envelopes", { min: 1, max: 1_048_576 }),
        rekeyAfter: duration("And after so long."),
      }),
      store: fields("The store of ownership.", { latency: law("Time to an answer.", "time", "store") }),
      faults: FAULTS_SCHEMA,
      thresholds: mapping(
        "Metric to expressions such as p(99)<=1500, max<5, avg>=0.2, sum==0, rate<=3/h.",
        list("Expressions; all must hold.", text("One expression."), 1),
      ),
      require: fields("What must have happened, or the run is inconclusive.", {
        faultsEffective: word("Which faults must have met something.", ["all", "any", "none"]),
        sometimes: list("Events that must have occurred at least once.", text("Event, such as migration.failedOver.")),
      }),
      series: fields("Time series in the report.", { step: duration("Width of a bucket.") }),
      data,
    },
  ),
};

/** The schema as it is printed and published. */
export function schemaText(): string {
  return `${JSON.stringify(SCENARIO_SCHEMA, null, 2)}\n`;
}
