/** Where things stand: places by region, and the RTT a relay of a region would be measured at. */
import type { NetworkOptions } from "../options.ts";

/** The places of each region, lowest first. */
export function placesByRegion(network: NetworkOptions, regions: number): number[][] {
  const lists: number[][] = Array.from({ length: regions }, () => []);
  network.placeRegion.forEach((region, place) => (lists[region] as number[]).push(place));
  return lists;
}

/** `[place * regions + region]`: the median path RTT (ms) from a place to the places of a region; NaN for a region without places. */
export function relayRttMs(network: NetworkOptions, regions: number): Float64Array {
  const places = network.placeRegion.length;
  const lists = placesByRegion(network, regions);
  const rtt = new Float64Array(places * regions);
  for (let place = 0; place < places; place++) {
    for (let region = 0; region < regions; region++) {
      const paths = (lists[region] as number[]).map((other) => network.rttMs[place * places + other] as number).sort((a, b) => a - b);
      rtt[place * regions + region] = paths.length === 0 ? Number.NaN : (paths[Math.floor((paths.length - 1) / 2)] as number);
    }
  }
  return rtt;
}

/** The index drawn by `u` in (0, 1) over cumulative weights (last = total). */
export function pick(cumulative: readonly number[], u: number): number {
  const target = u * (cumulative[cumulative.length - 1] as number);
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulative[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Running sums of weights. */
export function cumulate(weights: readonly number[]): number[] {
  let sum = 0;
  return weights.map((weight) => (sum += weight));
}
