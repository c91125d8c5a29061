import page from "./page.html";
import notes from "./notes.txt";
import words from "./words.json";
import fibonacci from "./fibonacci.wasm";

// A compiled module holds no state; an instance does. This one is made once, at start-up.
const { exports: wasm } = new WebAssembly.Instance(fibonacci);

const textOf = {
  "/": () =>
    html(page.replaceAll("{{title}}", words.title).replaceAll("{{greeting}}", words.greeting)),
  "/notes": () => new Response(notes),
};

function html(text) {
  return new Response(text, { headers: { "content-type": "text/html; charset=utf-8" } });
}

export default {
  fetch(request) {
    const { pathname } = new URL(request.url);
    const asked = /^\/fibonacci\/(\d{1,2})$/.exec(pathname);
    if (asked) return new Response(`${wasm.fibonacci(Number(asked[1]))}\n`);

    const answer = textOf[pathname];
    return answer ? answer() : new Response("Not found\n", { status: 404 });
  },
};
