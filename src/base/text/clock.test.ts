import { expect, it } from "vitest";
import { clock } from "./clock.ts";

it("a clock writes hours without limit", () => {
  expect([clock(0), clock(59.9), clock(3661), clock(360_000)]).toEqual(["0:00:00", "0:00:59", "1:01:01", "100:00:00"]);
});
