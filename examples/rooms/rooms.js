import page from "./page.html";

export { Room } from "./room.js";

const kNameLengthMax = 40;
const kTextLengthMax = 500;

class BadRequest extends Error {}

// A route is a method, a path pattern with named groups, and what answers it. `room` is a stub: its
// methods are those of the class Room, called wherever the room lives.
const routes = [
  ["GET", /^\/rooms\/(?<room>[^/]+)$/, look],
  ["POST", /^\/rooms\/(?<room>[^/]+)\/messages$/, post],
  ["PUT", /^\/rooms\/(?<room>[^/]+)\/members\/(?<name>[^/]+)$/, join],
  ["DELETE", /^\/rooms\/(?<room>[^/]+)\/members\/(?<name>[^/]+)$/, leave],
];

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/") {
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    }
    const matching = ([method, path]) => method === request.method && path.test(pathname);
    const route = routes.find(matching);
    if (!route) return problem(404, `Nothing is at ${request.method} ${pathname}`);

    const [, path, handler] = route;
    try {
      const params = path.exec(pathname).groups;
      const room = env.ROOMS.getByName(text(unescaped(params.room), "room", kNameLengthMax));
      return await handler({ request, room, params, searchParams });
    } catch (error) {
      if (error instanceof BadRequest) return problem(400, error.message);
      throw error;
    }
  },
};

async function look({ room, searchParams }) {
  const after = Number(searchParams.get("after") ?? 0);
  if (!Number.isSafeInteger(after) || after < 0) {
    throw new BadRequest("`after` must be a message's id");
  }

  const as = searchParams.get("as");
  if (as !== null) text(as, "as", kNameLengthMax);
  return Response.json(await room.look({ after, as }));
}

async function post({ request, room }) {
  const message = await request.json().catch(() => {
    throw new BadRequest("The body is not JSON");
  });
  const from = text(message?.from, "from", kNameLengthMax);
  const id = await room.post(from, text(message.text, "text", kTextLengthMax));
  return Response.json({ id }, { status: 201 });
}

async function join({ room, params }) {
  await room.join(text(unescaped(params.name), "name", kNameLengthMax));
  return new Response(null, { status: 204 });
}

async function leave({ room, params }) {
  const wasThere = await room.leave(unescaped(params.name));
  return wasThere ? new Response(null, { status: 204 }) : problem(404, "There is no such member");
}

// `value`, which must be a text of some length.
function text(value, what, lengthMax) {
  if (typeof value === "string" && value.length > 0 && value.length <= lengthMax) return value;
  throw new BadRequest(`\`${what}\` must be a text of 1 to ${lengthMax} characters`);
}

function unescaped(component) {
  try {
    return decodeURIComponent(component);
  } catch {
    throw new BadRequest(`${component} is not escaped as URLs are`);
  }
}

function problem(status, error) {
  return Response.json({ error }, { status });
}
