/** Time inside Peerstead is whole microseconds, as plain integers. These are the units. */
export const US_PER_MS = 1_000;
export const US_PER_S = 1_000_000;
export const US_PER_MINUTE = 60 * US_PER_S;
export const US_PER_HOUR = 3_600 * US_PER_S;
