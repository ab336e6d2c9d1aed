import { ownershipStoreContract } from "../contract/ownership-store.fixture.ts";
import { OwnershipTable } from "./ownership-table.ts";
import { MemoryStore } from "./store.ts";

ownershipStoreContract("memory", (answer) => {
  const table = new OwnershipTable();
  return {
    port: new MemoryStore(table, setImmediate, answer),
    // What was asked before waits before this in the same queue.
    settle: () => new Promise((resolve) => void setImmediate(resolve)),
    promote: () => table.promote(),
    forgetVolatile: () => table.forgetVolatile(),
  };
});
