/** Typed reading of a document that the schema has already accepted: what is still missing or malformed becomes a complaint at its place. */
import type { Law } from "../../../src/base/laws.ts";
import { isLifeLaw } from "../../../src/base/laws.ts";
import type { Complaint, Result } from "../../../src/base/result.ts";
import type { LawUnit, TextFault } from "./law-text.ts";
import { choiceLaw, parseLaw } from "./law-text.ts";
import type { Leaf, Located, LocatedLeaf, Place } from "./located.ts";
import { childOf, complain } from "./located.ts";
import { mixture } from "./mixture.ts";
import { microseconds, perSecond, timeIn } from "./quantity.ts";

/** Shares of the regions, by which laws given per region are mixed. */
export type Weights = readonly { readonly name: string; readonly weight: number }[];

/** One mapping of a document, with the list that complaints go to. */
export class Section {
  readonly node: Located | undefined;
  readonly path: string;
  readonly at: Place;
  readonly complaints: Complaint[];

  constructor(node: Located | undefined, path: string, at: Place, complaints: Complaint[]) {
    this.node = node;
    this.path = path;
    this.at = node?.at ?? at;
    this.complaints = complaints;
  }

  /** The mapping under a key; an absent one reads as empty. */
  child(key: string): Section {
    return new Section(childOf(this.node, key), this.pathOf(key), this.at, this.complaints);
  }

  /** Whether the key is there. */
  has(key: string): boolean {
    return childOf(this.node, key) !== undefined;
  }

  /** The items of a list as sections; an absent list is empty. */
  items(key: string): Section[] {
    const node = childOf(this.node, key);
    if (node?.kind !== "list") return [];
    return node.items.map((item, index) => new Section(item, `${this.pathOf(key)}.${index}`, item.at, this.complaints));
  }

  /** Keys of the mapping, in its order. */
  keys(): string[] {
    return this.node?.kind === "map" ? [...this.node.entries.keys()] : [];
  }

  /** Where a field stands, or the mapping when it does not. */
  placeOf(key: string): Place {
    return childOf(this.node, key)?.at ?? this.at;
  }

  /** Says that something is wrong with a field. */
  complain(key: string, message: string): void {
    this.complaints.push(complain(this.placeOf(key), `${this.pathOf(key)}: ${message}`));
  }

  /** Says that something is wrong with an item of this list. */
  itemComplaint(index: number, message: string): void {
    const item = this.node?.kind === "list" ? this.node.items[index] : undefined;
    this.complaints.push(complain(item?.at ?? this.at, `${this.pathOf(String(index))}: ${message}`));
  }

  /** A number; missing without a fallback is a complaint. */
  number(key: string, fallback?: number): number {
    const value = this.leaf(key)?.value;
    if (typeof value === "number") return value;
    return fallback ?? this.missing(key, 0);
  }

  /** A truth; 1 and 0 count. */
  flag(key: string, fallback: boolean): boolean {
    const value = this.leaf(key)?.value;
    return value === undefined ? fallback : value === true || value === 1;
  }

  /** A text. */
  text(key: string, fallback?: string): string {
    const value = this.leaf(key)?.value;
    if (value !== undefined && value !== null) return String(value);
    return fallback ?? this.missing(key, "");
  }

  /** A time in whole microseconds. */
  us(key: string, fallback?: number): number {
    const value = this.leaf(key)?.value;
    const us = typeof value === "string" ? microseconds(value) : undefined;
    if (us !== undefined) return Math.round(us);
    return fallback ?? this.missing(key, 0);
  }

  /** A time as a number of `unit`, not rounded. */
  time(key: string, unit: "ms" | "s", fallback?: number): number {
    const value = this.leaf(key)?.value;
    const time = typeof value === "string" ? timeIn(value, unit) : undefined;
    return time ?? fallback ?? this.missing(key, 0);
  }

  /** A rate in events a second. */
  perSecond(key: string, fallback?: number): number {
    const value = this.leaf(key)?.value;
    const rate = typeof value === "string" ? perSecond(value) : undefined;
    return rate ?? fallback ?? this.missing(key, 0);
  }

  /** A text that `parse` reads; its faults point into the text. */
  parsed<T>(key: string, parse: (text: string) => Result<T, TextFault>, fallback: T): T {
    const node = this.leaf(key);
    if (node === undefined || node.value === null) return fallback;
    return this.settled(node, this.pathOf(key), parse(String(node.value)), fallback);
  }

  /** A law with draws in `unit`; laws given per region are mixed by `weights`. */
  law(key: string, unit: LawUnit, weights: Weights): Law {
    const none: Law = { law: "constant", value: 0 };
    const node = childOf(this.node, key);
    if (node === undefined) return this.missing(key, none);
    return this.lawOf(node, this.pathOf(key), unit, weights) ?? none;
  }

  /**
   * A law of times in seconds that are already running when the world begins, so that what is left of them must be known: any law but
   * quantiles and choices.
   */
  lifeLaw(key: string, weights: Weights): Law {
    const law = this.law(key, "s", weights);
    if (!isLifeLaw(law))
      this.complain(
        key,
        "expected a time or one of uniform, exponential, weibull, lognormal: it must be known how long a running one still lasts",
      );
    return law;
  }

  private lawOf(node: Located, path: string, unit: LawUnit, weights: Weights): Law | undefined {
    if (node.kind === "leaf") {
      return this.settled<Law | undefined>(node, path, parseLaw(String(node.value), unit), undefined);
    }
    const regions = childOf(node, "regions");
    if (regions !== undefined) return this.regionalLaw(regions, path, unit, weights);
    if (node.kind !== "map") return undefined;
    const pairs = [...node.entries].map(([value, entry]) => [value, entry.value.kind === "leaf" ? Number(entry.value.value) : 0] as const);
    return this.settled<Law | undefined>(node, path, choiceLaw(pairs, unit), undefined);
  }

  private regionalLaw(regions: Located, path: string, unit: LawUnit, weights: Weights): Law | undefined {
    const parts: { law: Law; weight: number }[] = [];
    for (const { name, weight } of weights) {
      const node = childOf(regions, name);
      if (node === undefined) {
        this.complaints.push(complain(regions.at, `${path}: no law for region ${name}`));
        return undefined;
      }
      const law = this.lawOf(node, `${path}.regions.${name}`, unit, []);
      if (law === undefined) return undefined;
      if (weight > 0) parts.push({ law, weight });
    }
    const mixed = mixture(parts);
    // Without any region the regions themselves have been complained about.
    if (mixed === undefined && parts.length > 0)
      this.complaints.push(complain(regions.at, `${path}: laws per region are constants or quantiles`));
    return mixed;
  }

  private settled<T>(node: Located, path: string, answer: Result<T, TextFault>, fallback: T): T {
    if (answer.ok) return answer.value;
    const inset = node.kind === "leaf" ? node.inset + answer.error.offset : 0;
    this.complaints.push(complain({ ...node.at, column: node.at.column + inset }, `${path}: ${answer.error.message}`));
    return fallback;
  }

  private leaf(key: string): LocatedLeaf | undefined {
    const node = childOf(this.node, key);
    return node?.kind === "leaf" ? node : undefined;
  }

  private missing<T extends Law | Leaf>(key: string, fallback: T): T {
    this.complaints.push(complain(this.at, `missing field "${this.pathOf(key)}"`));
    return fallback;
  }

  private pathOf(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }
}
