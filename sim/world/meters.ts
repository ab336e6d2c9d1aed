/**
 * Owns the counts of what troubles truly did, taken where it happened: a packet that did not pass, a process that ended. A fault asks
 * before and after; where nothing was counted it had no effect, whatever it meant to do. Never counts what was merely intended.
 */

/** What is counted, by the machine it happened to. */
export const METER = {
  /** Packets, connections and store requests that a cut line did not let pass. */
  barred: 0,
  /** Packets sent again because they were lost. */
  resent: 1,
  /** Packets moved by more jitter than their line has in quiet times. */
  jittered: 2,
  duplicated: 3,
  reordered: 4,
  damaged: 5,
  /** Transfers that a slow line made longer. */
  slowed: 6,
  /** What had to wait on a clogged line, at a slow process, at a stopped one. */
  clogged: 7,
  late: 8,
  stalled: 9,
  /** Connections that broke. */
  closed: 10,
  /** Processes that ended, and clients that began. */
  ended: 11,
  began: 12,
  /** Inputs and timers told by a wrong clock. */
  skewed: 13,
  /** Maps that a process found in its file and took up again. */
  remembered: 14,
  /** Reports that were better than the truth. */
  lied: 15,
  /** Verdicts that reached the coordinator. */
  judged: 16,
} as const;

/** One of the things that are counted. */
export type Meter = (typeof METER)[keyof typeof METER];

const METERS = 17;

/** Counts by meter and host. Players are the many: of them what their cut lines barred is kept, and else only the sum over all machines. */
export class Meters {
  private readonly byHost: Uint32Array;
  private readonly sums = new Float64Array(METERS);
  private readonly hosts: number;
  private readonly barredPlayers = new Map<number, number>();

  constructor(hosts: number) {
    this.hosts = hosts;
    this.byHost = new Uint32Array((hosts + 1) * METERS);
  }

  /** It happened to this machine (dense number), `count` times. */
  hit(meter: Meter, machine: number, count = 1): void {
    this.sums[meter] = (this.sums[meter] as number) + count;
    if (machine > this.hosts) {
      if (meter === METER.barred) this.barredPlayers.set(machine, this.barred(machine) + count);
      return;
    }
    const i = machine * METERS + meter;
    this.byHost[i] = (this.byHost[i] as number) + count;
  }

  /** How often it happened to a host, or to the coordinator (0). */
  of(meter: Meter, host: number): number {
    return this.byHost[host * METERS + meter] as number;
  }

  /** How much the cut lines of a player (dense number) have barred. */
  barred(player: number): number {
    return this.barredPlayers.get(player) ?? 0;
  }

  /** How often it happened to any machine. */
  sum(meter: Meter): number {
    return this.sums[meter] as number;
  }
}
