import { cryptoContract } from "../contract/crypto.fixture.ts";
import { countedRandom } from "./counted-random.fixture.ts";
import { productionCrypto, rehearsalCrypto } from "./crypto.ts";

cryptoContract("node, as in production", () => {
  const port = productionCrypto();
  if (!port.ok) throw new Error(port.error.reason);
  return port.value;
});

cryptoContract("node, with chance that can be repeated", (name) => rehearsalCrypto(countedRandom(name)));
