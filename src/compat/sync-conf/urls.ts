import type { SyncKey } from "./keys.ts";
import { lineOf, placeOf, type Reading, remark } from "./reading.ts";

const URL_CHARS_MAX = 2048;

/** Names that belong to nobody (RFC 2606, RFC 6761): whoever runs with one has forgotten to put in their own. */
const NOBODYS = /(?:^|\.)(?:example\.(?:com|net|org)|example|invalid|test)$/;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Whether a URL's host is this machine itself. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || (IPV4.test(host) && host.startsWith("127."));
}

/** The URL of a service; null where the value is empty, undefined where it is refused. No message repeats it: a password may stand in it, and so does the server's name. */
export function readEndpoint(reading: Reading, key: SyncKey, fallback: string | null): string | null | undefined {
  const line = lineOf(reading, key);
  if (line === undefined) return fallback;
  if (line.value === "") return null;
  const place = { key, at: line.valueAt };
  const parsed = parseHttp(line.value);
  if (typeof parsed === "string") {
    remark(reading, "error", place, `expected a URL such as https://name/path, found ${parsed}`);
    return undefined;
  }
  if (parsed.protocol === "http:" && !isLoopback(parsed.hostname))
    remark(reading, "unready", place, "expected https: everybody on the way can read what goes over http");
  return line.value;
}

/** Checks what hosts send to: it must be given, be nobody's example in production, and not tell the server's address. */
export function judgeMainServer(reading: Reading, endpoint: string | null | undefined): void {
  if (endpoint === undefined) return;
  const key = "main_server_endpoint";
  const place = placeOf(reading, key);
  if (endpoint === null) {
    remark(reading, "error", place, "expected the URL that hosts send to, found nothing");
    return;
  }
  const { hostname } = new URL(endpoint);
  if (NOBODYS.test(hostname) && reading.production) {
    const how = reading.lines.has(key) ? "found a name that belongs to nobody" : "found none; the seed's example stands in its place";
    remark(reading, "error", place, `expected the URL of a server of yours, ${how}`);
  }
  if (!isLoopback(hostname) && (IPV4.test(hostname) || hostname.startsWith("[")))
    remark(reading, "warning", place, "hosts are told a bare address; a name in front of the server would keep it from them");
}

/** The URL, or what is wrong with it in words. */
function parseHttp(text: string): URL | string {
  if (text.length > URL_CHARS_MAX) return `more than ${URL_CHARS_MAX} characters`;
  // The parser drops tabs and takes much else for a URL that nobody meant as one.
  if (!/^[!-~]+$/.test(text)) return "blanks or signs that no URL has";
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return "something else";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "one with a user name or password";
  if (text.includes("?") || text.includes("#")) return "one with '?' or '#'";
  return url;
}
