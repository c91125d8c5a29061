import { strictEqual } from "node:assert";

import { isAsInWorkerd } from "../surface.js";

export const temporalIsThereBehindItsFlag = {
  test() {
    strictEqual(Temporal.PlainDate.from("2026-11-28").add({ days: 4 }).toString(), "2026-12-02");
    strictEqual(new Date(0).toTemporalInstant().epochMilliseconds, 0);
  },
};

export const theRestIsTheSame = {
  test: () => isAsInWorkerd({ extra: ["Date prototype toTemporalInstant"] }),
};
