// A worker is a module whose default export has a `fetch` method: a Request goes in, a Response
// comes out.
export default {
  fetch(request) {
    const { pathname } = new URL(request.url);
    const name = decodeURIComponent(pathname.slice(1)) || "world";
    return new Response(`Hello, ${name}!\n`);
  },
};
