const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));

/** The test case of RFC 7518, Appendix B.3: AES_256_CBC_HMAC_SHA_512. */
export const RFC_7518_B3 = {
  key: bytes(`000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f
              202122232425262728292a2b2c2d2e2f 303132333435363738393a3b3c3d3e3f`),
  plain: new TextEncoder().encode(
    "A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without inconvenience",
  ),
  iv: bytes("1af38c2dc2b96ffdd86694092341bc04"),
  aad: new TextEncoder().encode("The second principle of Auguste Kerckhoffs"),
  ciphertext: bytes(`4affaaadb78c31c5da4b1b590d10ffbd 3dd8d5d302423526912da037ecbcc7bd
                     822c301dd67c373bccb584ad3e9279c2 e6d12a1374b77f077553df829410446b
                     36ebd97066296ae6427ea75c2e0846a1 1a09ccf5370dc80bfecbad28c73f09b3
                     a3b75e662a2594410ae496b2e2e6609e 31e6e02cc837f053d21f37ff4f51950b
                     be2638d09dd7a4930930806d0703b1f6`),
  tag: bytes("4dd3b4c088a7f45c216839645b2012bf 2e6269a8c56a816dbc1b267761955bc5"),
} as const;
