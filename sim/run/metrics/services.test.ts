import { describe, expect, it } from "vitest";
import { ENDED, NO_SERVICE, RUNNING, Services } from "./services.ts";

function ofHost(services: Services, host: number): number[] {
  const found: number[] = [];
  for (let s = services.firstOf(host); s !== NO_SERVICE; s = services.after(s)) found.push(s);
  return found.sort((a, b) => a - b);
}

describe("services", () => {
  it("a host's services are found, running or not, until nobody looks at them", () => {
    const services = new Services();
    const first = services.open(3, 0, 1);
    const second = services.open(3, 1, 1);
    const other = services.open(900, 2, 1);
    expect(ofHost(services, 3)).toEqual([first, second]);
    expect(ofHost(services, 900)).toEqual([other]);
    expect(ofHost(services, 4)).toEqual([]);
    expect(ofHost(services, 5000)).toEqual([]);
    services.attach(first);
    services.stop(first, 10, ENDED);
    services.unpin(first);
    expect(ofHost(services, 3)).toEqual([first, second]);
    services.detach(first);
    expect(ofHost(services, 3)).toEqual([second]);
    const third = services.open(3, 4, 1);
    services.unpin(third);
    expect(ofHost(services, 3)).toEqual([second]);
    services.unpin(second);
    expect(ofHost(services, 3)).toEqual([]);
  });

  it("slots are used again: a million moves of one map need no more room than one", () => {
    const services = new Services();
    let current = services.open(1, 0, 0);
    services.attach(current);
    for (let epoch = 1; epoch <= 1_000_000; epoch++) {
      const next = services.open(1 + (epoch % 7), 0, epoch);
      services.attach(next);
      services.stop(current, epoch, ENDED);
      services.detach(current);
      services.unpin(current);
      current = next;
    }
    expect(services.host.length).toBeLessThanOrEqual(64);
    expect(services.state[current]).toBe(RUNNING);
    expect(services.players[current]).toBe(1);
    expect(ofHost(services, services.host[current] as number)).toEqual([current]);
  });
});
