import { handshakeContract } from "../contract/handshake.fixture.ts";
import { sealedSessionContract } from "../contract/sealed-session.fixture.ts";
import { countedRandom } from "./counted-random.fixture.ts";
import { rehearsalCrypto } from "./crypto.ts";
import { SMALL_ORDER } from "./small-order.fixture.ts";

const rig = { make: (name: string) => rehearsalCrypto(countedRandom(name)), smallOrder: SMALL_ORDER };

handshakeContract("node", rig);
sealedSessionContract("node", rig);
