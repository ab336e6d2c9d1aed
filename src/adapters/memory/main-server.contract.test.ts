import { ASKING_HOST, mainServerContract } from "../contract/main-server.fixture.ts";
import { memoryLink } from "./main-server.ts";

mainServerContract({
  name: "memory",
  open: async (server) => ({
    port: memoryLink(server, ASKING_HOST, queueMicrotask),
    until: () => Number.POSITIVE_INFINITY,
    close: async () => {},
  }),
});
