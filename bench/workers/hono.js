// Routing as an application of some size does it: a middleware, a dozen routes, parameters.
import { Hono } from "hono";

const app = new Hono();
app.use(async (context, next) => {
  await next();
  context.res.headers.set("x-powered-by", "hono");
});
app.get("/", (context) => context.text("home"));
for (const noun of ["users", "orders", "products", "invoices"]) {
  app.get(`/api/${noun}`, (context) => context.json({ noun }));
  app.get(`/api/${noun}/:id`, (context) => context.json({ noun, id: context.req.param("id") }));
  app.post(`/api/${noun}/:id/notes`, (context) => context.json({ noun }, 201));
}
app.get("/api/products/:id/reviews/:review", (context) => context.json(context.req.param()));
app.notFound((context) => context.text("nothing here", 404));

export default app;
