/** What is planted in the sealing of messages: plant-sealing.ts says how. Each needs a run whose lines are sealed, and says so in `given`. */
import type { Fault, Options } from "../options.ts";
import type { Planted } from "./entry.ts";

const US_PER_S = 1_000_000;

/** Sealed lines whose keys change so often that minutes see it. */
function sealedRun(messages: number, seconds = 10): Pick<Options, "sealing" | "rekey"> {
  return { sealing: "counted", rekey: { messages, us: seconds * US_PER_S } };
}

/** Trouble on all hosts' lines from the first second on. */
function everywhere(kind: "corrupt" | "duplicate", amount: number): Fault {
  const forUs = 3_600 * US_PER_S;
  return { id: `${kind}-everywhere`, kind, atUs: US_PER_S, everyUs: null, forUs, target: { pick: "all" }, amount, close: true };
}

/** A twentieth of what comes by them is damaged, changed for something else or withheld. */
const DAMAGED = [everywhere("corrupt", 0.05)];

/** The bugs of sealed lines. */
export const SEALING_BUGS: readonly Planted[] = [
  {
    name: "mac-after-decrypt",
    what: "An envelope is deciphered before its tag is compared, and a wrong padding is told by another word than a wrong tag.",
    rules: ["SY10"],
    place: "the opening of an envelope",
    needs: "a line that damages envelopes",
    given: { ...sealedRun(256), faults: DAMAGED },
  },
  {
    name: "window-before-verify",
    what: "An envelope's number is taken for received before its tag is compared.",
    rules: ["SY8", "SY12"],
    place: "the opening of an envelope",
    needs: "a line that damages envelopes behind their headers",
    given: { ...sealedRun(256), faults: DAMAGED },
  },
  {
    name: "opened-twice",
    what: "Nobody looks whether an envelope's number was received before.",
    rules: ["SY9"],
    place: "the window of a session",
    needs: "a line that gives envelopes twice",
    given: { ...sealedRun(256), faults: [everywhere("duplicate", 0.3)] },
  },
  {
    name: "iv-reused",
    what: "Each fourth envelope is sealed under the number, and so under the nonce, of the one before.",
    rules: ["SY11"],
    place: "the sealing of an envelope",
    needs: "nothing: every run seals",
    given: sealedRun(256, 600),
  },
  {
    name: "key-kept-after-retirement",
    what: "A replaced key is never forgotten, and what was sealed under it is opened whenever it comes.",
    rules: ["SY10"],
    place: "the receiving keys",
    needs: "an envelope that is withheld for more than a minute while the key changes",
    given: { ...sealedRun(8), faults: DAMAGED, durationUs: 240 * US_PER_S },
  },
  {
    name: "envelope-of-other-host-accepted",
    what: "The session is looked up by what the envelope says, not among those of whoever the line belongs to.",
    rules: ["SY10"],
    place: "the receipt of an envelope",
    needs: "a line on which another one's envelope is put in the place of its own",
    given: { ...sealedRun(256), faults: DAMAGED },
  },
  {
    name: "secret-in-a-record",
    what: "The coordinator writes its private half into the record of each handshake.",
    rules: ["SY13"],
    place: "the coordinator's handshakes",
    needs: "nothing: every run has handshakes",
    given: sealedRun(256),
  },
  {
    name: "rekey-drops-what-was-under-way",
    what: "A replaced key is forgotten at once: what was sealed under it and comes behind the first envelope of the next is lost.",
    rules: ["SY12"],
    place: "the receiving keys",
    needs: "lines that mix up the order of envelopes while keys change",
    given: sealedRun(2),
  },
];
