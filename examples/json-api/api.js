import { formatPrice } from "./price.js";
import { HttpError, readJson } from "./http-error.js";
import products from "./products.json";

// A route is a method, a path pattern with named groups, and what answers it.
const routes = [
  ["GET", /^\/$/, about],
  ["GET", /^\/products$/, listProducts],
  ["GET", /^\/products\/(?<id>[^/]+)$/, showProduct],
  ["POST", /^\/quote$/, quote],
];

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    try {
      return await route(request, url, env);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return Response.json(
        { error: error.message },
        { status: error.status, headers: error.headers },
      );
    }
  },
};

function route(request, url, env) {
  const here = routes.filter(([, pattern]) => pattern.test(url.pathname));
  if (here.length === 0) throw new HttpError(404, `Nothing is at ${url.pathname}`);

  const match = here.find(([method]) => method === request.method);
  if (!match) {
    const allow = here.map(([method]) => method).join(", ");
    throw new HttpError(405, `${request.method} is not allowed here`, { Allow: allow });
  }
  const [, pattern, handler] = match;
  return handler({ request, url, env, params: pattern.exec(url.pathname).groups ?? {} });
}

function about({ env }) {
  return Response.json({ shop: env.SHOP, currency: env.CURRENCY.code, products: products.length });
}

// `?under=` keeps what is cheaper, `?tag=` may be given more than once.
function listProducts({ url, env }) {
  const under = Number(url.searchParams.get("under") ?? Infinity);
  if (Number.isNaN(under)) throw new HttpError(400, "`under` must be a number");

  const tags = url.searchParams.getAll("tag");
  const found = products
    .filter((product) => product.price < under)
    .filter((product) => tags.every((tag) => product.tags.includes(tag)))
    .map((product) => ({ ...product, price: formatPrice(product.price, env.CURRENCY) }));
  return Response.json(found);
}

function showProduct({ params, env }) {
  const product = productOf(params.id);
  return Response.json({ ...product, price: formatPrice(product.price, env.CURRENCY) });
}

// Takes {"items": [{"id": "tea", "count": 2}]} and answers what it costs.
async function quote({ request, env }) {
  const { items } = await readJson(request);
  if (!Array.isArray(items)) throw new HttpError(422, "`items` must be a list");

  let total = 0;
  for (const { id, count = 1 } of items) total += productOf(id).price * count;
  return Response.json({ total: formatPrice(total, env.CURRENCY) }, { status: 201 });
}

function productOf(id) {
  const product = products.find((candidate) => candidate.id === id);
  if (!product) throw new HttpError(404, `There is no product "${id}"`);
  return product;
}
