import { env } from "cloudflare:workers";

export const colour = env.COLOUR;
