import { Secret } from "../../base/secret.ts";
import { type Place, type Reading, remark } from "./reading.ts";
import type { GivenSecret } from "./secrets.ts";

const FORM = "postgresql://user:password@host:port/database";

/**
 * Checks how Postgres is reached. `seed` stands in where the conf does not name the key at all. The password everybody knows,
 * `postgres:postgres`, is refused in production. No message repeats any of it.
 */
export function postgresLink(reading: Reading, given: GivenSecret | null | undefined, missing: Place, seed: Secret | null): Secret | null {
  if (given === null) {
    remark(reading, "unready", missing, `no way to Postgres, so nothing can be kept; expected ${FORM}`);
    return null;
  }
  const place = given?.place ?? missing;
  const secret = given === undefined ? seed : new Secret(given.text);
  if (secret === null) return null;
  const who = whoIn(secret.reveal());
  if (who === undefined) {
    remark(reading, "error", place, `expected ${FORM}, found another form; signs such as # / @ in a password are written %23 %2F %40`);
    return null;
  }
  if (who.user === "postgres" && who.password === "postgres") {
    const whose = given === undefined ? "those of the seed's example, which stands in for the missing key" : "those that everybody knows";
    remark(reading, "unready", place, `expected a user and a password of your own, found ${whose}`);
  }
  return secret;
}

type Who = { readonly user: string; readonly password: string };

/** User and password of a connection string, also where they are parameters behind `?`; undefined for what is no such string. */
function whoIn(text: string): Who | undefined {
  if (!/^postgres(?:ql)?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  try {
    return {
      user: url.searchParams.get("user") ?? decodeURIComponent(url.username),
      password: url.searchParams.get("password") ?? decodeURIComponent(url.password),
    };
  } catch {
    // A percent sign that begins no escape.
    return undefined;
  }
}
