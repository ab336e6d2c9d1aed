import { rotationContract } from "../contract/rotation.fixture.ts";
import { countedRandom } from "./counted-random.fixture.ts";
import { rehearsalCrypto } from "./crypto.ts";
import { SMALL_ORDER } from "./small-order.fixture.ts";

const rig = { make: (name: string) => rehearsalCrypto(countedRandom(name)), smallOrder: SMALL_ORDER };

rotationContract("node", rig);
