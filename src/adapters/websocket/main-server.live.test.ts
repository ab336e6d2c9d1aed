import { mainServerContract } from "../contract/main-server.fixture.ts";
import { gateFor, lineTo, waking } from "./sealed-ends.fixture.ts";

mainServerContract({
  name: "sealed line over loopback",
  open: async (server) => {
    const { gate } = await gateFor(server);
    return { port: lineTo(gate.port), until: () => waking.now() + 10_000_000, close: () => gate.close() };
  },
});
