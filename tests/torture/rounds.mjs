// How much torture there is: `LATHE_TORTURE_ROUNDS` says how often to kill, and soaks are for those
// who have time.

export const rounds = Number(process.env.LATHE_TORTURE_ROUNDS ?? 30);
export const soaks = rounds >= 1000;
export const unlessSoaking = soaks ? false : "only with LATHE_TORTURE_ROUNDS=1000";
