import { rotationContract } from "../contract/rotation.fixture.ts";
import { memoryCrypto } from "./crypto.ts";

const rig = { make: memoryCrypto, smallOrder: [new Uint8Array(32)] };

rotationContract("memory", rig);
