// A shop as people write it with Hono: nested routers, middleware, JSON in and out, errors.
import { Hono } from "hono";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { poweredBy } from "hono/powered-by";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { trimTrailingSlash } from "hono/trailing-slash";
import { validator } from "hono/validator";

const products = new Map([
  ["tea", { id: "tea", price: 450 }],
  ["milk", { id: "milk", price: 120 }],
]);

const shop = new Hono();

shop.get("/", (context) => {
  const under = Number(context.req.query("under") ?? Infinity);
  return context.json([...products.values()].filter(({ price }) => price < under));
});

shop.get("/:id{[a-z]+}", (context) => {
  const product = products.get(context.req.param("id"));
  if (!product) throw new HTTPException(404, { message: "no such product" });
  return context.json(product);
});

shop.post(
  "/",
  validator("json", (value, context) => {
    if (typeof value.id !== "string") return context.json({ error: "id is missing" }, 400);
    return { id: value.id, price: Number(value.price ?? 0) };
  }),
  (context) => {
    const product = context.req.valid("json");
    context.header("location", `/products/${product.id}`);
    return context.json(product, 201);
  },
);

const app = new Hono();
app.use(poweredBy());
app.use("/products/*", cors({ origin: "https://shop.example", allowMethods: ["GET", "POST"] }));
app.use("/secure/*", secureHeaders());
app.use("/traced/*", requestId());
app.use(trimTrailingSlash());

// Notes the order of things before and after the handler.
app.use("/order", async (context, next) => {
  context.set("steps", ["outer"]);
  await next();
  context.res.headers.set("x-steps", [...context.get("steps"), "outer again"].join(", "));
});
app.use("/order", async (context, next) => {
  context.get("steps").push("inner");
  await next();
  context.get("steps").push("inner again");
});
app.get("/order", (context) => {
  context.get("steps").push("handler");
  return context.text("ordered");
});

app.get("/", (context) => context.html("<h1>Shop</h1>"));
app.get("/secure/page", (context) => context.text("secure"));
app.get("/traced/page", (context) => context.text(context.get("requestId")));
app.get("/old", (context) => context.redirect("/products", 301));
app.get("/greeting", (context) => context.text(`${context.env.GREETING}, ${context.req.header("x-name")}`));
app.get("/empty", (context) => context.body(null, 204));
app.get("/files/*", (context) => context.text(context.req.path));
app.get("/broken", () => {
  throw new Error("the till is stuck");
});
app.get("/later", (context) => {
  context.executionCtx.waitUntil(
    scheduler.wait(5).then(() => console.log("tidied up after the answer")),
  );
  return context.text("soon");
});
app.post("/form", async (context) => {
  const form = new URLSearchParams(await context.req.text());
  return context.json(Object.fromEntries(form));
});
app.route("/products", shop);
app.notFound((context) => context.json({ error: "nothing here", path: context.req.path }, 404));
app.onError((error, context) => {
  if (error instanceof HTTPException) return error.getResponse();
  return context.json({ error: error.message }, 500);
});

// Middleware that changes an answer which has its body already.
const stamped = new Hono();
stamped.use(async (context, next) => {
  await next();
  context.header("x-stamp", "late");
});
stamped.get("/", (context) => context.text("stamped"));
app.route("/stamped", stamped);

export default app;
