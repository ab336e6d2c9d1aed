import { cryptoContract } from "../contract/crypto.fixture.ts";
import { memoryCrypto } from "./crypto.ts";

cryptoContract("memory", (name) => memoryCrypto(name));
