import { expect, it } from "vitest";
import { COORDINATOR } from "../../core/protocol/ids.ts";
import { LineRecorder } from "./recorder.ts";

it("LineRecorder writes each record as one line with its time and its actor first", () => {
  const lines: string[] = [];
  const recorder = new LineRecorder((line) => lines.push(line));
  recorder.record(COORDINATOR, 17, { kind: "alert", text: "a\nb", host: 4 });
  recorder.record(9, 18, { kind: "host/cleared", host: 2 });
  expect(lines).toEqual([
    '{"at":17,"actor":0,"kind":"alert","text":"a\\nb","host":4}',
    '{"at":18,"actor":9,"kind":"host/cleared","host":2}',
  ]);
});
