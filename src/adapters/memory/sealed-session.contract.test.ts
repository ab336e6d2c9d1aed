import { handshakeContract } from "../contract/handshake.fixture.ts";
import { sealedSessionContract } from "../contract/sealed-session.fixture.ts";
import { memoryCrypto } from "./crypto.ts";

const rig = { make: memoryCrypto, smallOrder: [new Uint8Array(32)] };

handshakeContract("memory", rig);
sealedSessionContract("memory", rig);
