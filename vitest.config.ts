import { defineConfig } from "vitest/config";

// vitest accepts its configuration only as a default export.
export default defineConfig({
  test: {
    include: ["{src,sim,bench,guards}/**/*.test.ts"],
    allowOnly: false,
    // By default one core is left idle: half of a machine with two.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
