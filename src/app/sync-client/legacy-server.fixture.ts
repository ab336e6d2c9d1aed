/** A main server of the seed, as far as its wire is known: one operation a request, each id once. */
import { createServer } from "node:http";
import { legacyEnvelope } from "../../compat/legacy-envelope.ts";

/** What it was sent, opened; and how to end it. */
export type LegacyServer = {
  readonly endpoint: string;
  readonly applied: Map<string, Record<string, unknown>>;
  /** So many answers are lost after the operation took effect. */
  lose: number;
  close(): Promise<void>;
};

/** Begins one on the loopback address; `key` in base64. What it does not believe it answers with `success: false`. */
export async function legacyServer(key: string): Promise<LegacyServer> {
  const envelope = legacyEnvelope(key, "legacy_unauthenticated");
  if (!envelope.ok) throw new Error(envelope.error);
  const applied = new Map<string, Record<string, unknown>>();
  const server = createServer((request, response) => {
    if (request.method !== "POST") return void response.writeHead(405).end();
    let text = "";
    request.on("data", (piece) => (text += piece));
    request.on("end", () => {
      const body = JSON.parse(text) as { encrypted_data: string; operation_id: string };
      const opened = envelope.value.open(body.encrypted_data);
      const operation = opened.ok ? (JSON.parse(Buffer.from(opened.value).toString("utf8")) as Record<string, unknown>) : {};
      const success = opened.ok && operation.data !== "lie";
      if (success && !applied.has(body.operation_id)) applied.set(body.operation_id, operation);
      if (running.lose > 0) {
        running.lose -= 1;
        response.destroy();
        return;
      }
      response.end(JSON.stringify({ success, error_message: success ? "" : "rejected by 10.1.2.3" }));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const running: LegacyServer = {
    endpoint: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/p2p-sync`,
    applied,
    lose: 0,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
  return running;
}
